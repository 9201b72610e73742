import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messageOf } from "../base/errors.ts";
import { ACCOUNTS } from "./fakes/inputs.ts";
import { missingAccountLines, resolveUser } from "./users.ts";

const FILES = {
  passwd: `${ACCOUNTS.passwd}broken\n:x:5:5::/:\n7:x:1007:1007:digits:/seven:/bin/sh\nhuge:x:4294967295:0::/:\n`,
  group: `${ACCOUNTS.group}more:x:3000:root,app\n`,
};

describe("resolveUser", () => {
  const cases: readonly (readonly [string, readonly string[], readonly [number, number, readonly number[], string]])[] =
    [
      ["", [], [0, 0, [3000], "/root"]],
      ["root", [], [0, 0, [0, 3000], "/root"]],
      ["app", [], [1000, 1000, [1000, 2000, 3000], "/home/app"]],
      ["1000", [], [1000, 1000, [1000, 2000, 3000], "/home/app"]],
      ["app:extra", [], [1000, 2000, [2000], "/home/app"]],
      ["app:77", ["more", "88"], [1000, 77, [77, 3000, 88], "/home/app"]],
      ["4000", [], [4000, 0, [0], "/"]],
      ["4000:4001", ["keep-groups"], [4000, 4001, [4001], "/"]],
      ["7", [], [1007, 1007, [1007], "/seven"]],
    ];
  for (const [spec, groupAdd, wanted] of cases)
    it(`${spec || "nobody named"} ${groupAdd.join(" ")}`, () => {
      const user = resolveUser(spec, FILES, groupAdd);
      assert.deepEqual([user.uid, user.gid, user.additionalGids, user.home], wanted);
    });

  const refused: readonly (readonly [string, readonly string[], string])[] = [
    ["nobodyhere", [], "unable to find user nobodyhere: no matching entries in passwd file"],
    ["root:nogroup1", [], "unable to find group nogroup1: no matching entries in group file"],
    ["root", ["nogrp"], "Unable to find group nogrp: no matching entries in group file"],
    ["5000000000", [], "uids and gids must be in range 0-2147483647"],
    ["huge", [], "uids and gids must be in range 0-2147483647"],
    ["-1", [], "unable to find user -1: no matching entries in passwd file"],
  ];
  for (const [spec, groupAdd, message] of refused)
    it(message, () => {
      assert.throws(
        () => resolveUser(spec, FILES, groupAdd),
        (error) => messageOf(error) === message,
      );
    });
});

describe("missingAccountLines", () => {
  it("names numeric users and groups that the files lack", () => {
    assert.deepEqual(missingAccountLines("4000:4001", FILES, "/work"), {
      passwd: "4000:*:4000:4001:container user:/work:/bin/sh\n",
      group: "4001:x:4001:4000\n",
    });
    assert.deepEqual(missingAccountLines("app", FILES, "/work"), { passwd: "", group: "" });
  });

  it("does not let a workdir write fields of its own", () => {
    const { passwd } = missingAccountLines("4000", FILES, "/a:b\nroot::0:0::/:/bin/sh");
    assert.equal(passwd, "4000:*:4000:0:container user:/:/bin/sh\n");
  });
});
