import assert from "node:assert/strict";
import { forEachHost, text, throwsErrno } from "./for-each-host.ts";

forEachHost("inodes", (example) => {
  example("tells links from what they point to", ({ host, directory }) => {
    const { inodes } = host;
    host.files.writeAtomic(`${directory}/file`, "12345", { mode: 0o644 });
    inodes.symlink("file", `${directory}/link`);
    inodes.symlink("nowhere", `${directory}/dangling`);
    inodes.link(`${directory}/file`, `${directory}/hard`);
    const file = inodes.lstat(`${directory}/file`);
    assert.deepEqual([file?.kind, file?.size, file?.links, file?.mode], ["file", 5, 2, 0o644]);
    assert.equal(inodes.lstat(`${directory}/link`)?.kind, "symlink");
    assert.equal(inodes.lstat(`${directory}/link`)?.size, 4);
    assert.equal(inodes.stat(`${directory}/link`)?.inode, inodes.lstat(`${directory}/hard`)?.inode);
    assert.equal(inodes.stat(`${directory}/dangling`), undefined);
    assert.equal(inodes.lstat(`${directory}/file/x`), undefined);
    assert.equal(inodes.readLink(`${directory}/link`), "file");
    throwsErrno(() => inodes.readLink(`${directory}/file`), "EINVAL");
    throwsErrno(() => inodes.symlink("x", `${directory}/link`), "EEXIST");
    throwsErrno(() => inodes.link(`${directory}/none`, `${directory}/y`), "ENOENT");
    throwsErrno(() => inodes.link(directory, `${directory}/y`), "EPERM");
  });

  example("resolves real paths, and finds loops", ({ host, directory }) => {
    host.files.makeDir(`${directory}/a/b`);
    host.inodes.symlink("../a/./b", `${directory}/a/link`);
    host.inodes.symlink("loop", `${directory}/loop`);
    const real = host.inodes.realPath(directory);
    assert.equal(host.inodes.realPath(`${directory}/a/link/../link`), `${real}/a/b`);
    throwsErrno(() => host.inodes.realPath(`${directory}/none`), "ENOENT");
    throwsErrno(() => host.inodes.realPath(`${directory}/loop`), "ELOOP");
  });

  example("changes modes and times, of a link its own", ({ host, directory }) => {
    const { inodes } = host;
    host.files.writeAtomic(`${directory}/file`, "", { mode: 0o600 });
    inodes.symlink("file", `${directory}/link`);
    inodes.chmod(`${directory}/file`, 0o4751);
    assert.equal(inodes.lstat(`${directory}/file`)?.mode, 0o4751);
    throwsErrno(() => inodes.chmod(`${directory}/link`, 0o777), "EOPNOTSUPP");
    throwsErrno(() => inodes.chmod(`${directory}/none`, 0o777), "ENOENT");
    inodes.setTimes(`${directory}/link`, 10, 20.5);
    assert.equal(inodes.lstat(`${directory}/link`)?.mtimeMs, 20500);
    assert.notEqual(inodes.lstat(`${directory}/file`)?.mtimeMs, 20500);
    inodes.setTimes(`${directory}/file`, -1.5, -2.25);
    assert.equal(inodes.lstat(`${directory}/file`)?.mtimeMs, -2250);
  });

  example(
    "changes owners, and makes nodes",
    ({ host, directory }) => {
      const { inodes } = host;
      inodes.symlink("none", `${directory}/link`);
      inodes.chown(`${directory}/link`, 12, 34);
      const link = inodes.lstat(`${directory}/link`);
      assert.deepEqual([link?.uid, link?.gid], [12, 34]);
      const table = [
        ["char", 0, 0],
        ["char", 1, 3],
        ["block", 259, 70000],
        ["fifo", 0, 0],
      ] as const;
      for (const [kind, major, minor] of table) {
        const path = `${directory}/${kind}-${major}-${minor}`;
        inodes.makeNode(path, kind, 0o666, major, minor);
        const stat = inodes.lstat(path);
        assert.deepEqual([stat?.kind, stat?.major, stat?.minor, stat?.mode], [kind, major, minor, 0o666]);
        throwsErrno(() => inodes.makeNode(path, kind, 0o666, major, minor), "EEXIST");
      }
    },
    "root",
  );

  example(
    "keeps extended attributes, also of links",
    ({ host, directory }) => {
      const { inodes } = host;
      host.files.writeAtomic(`${directory}/file`, "");
      inodes.symlink("file", `${directory}/link`);
      inodes.setXattr(`${directory}/file`, "trusted.minke.a", Buffer.from("one"));
      inodes.setXattr(`${directory}/file`, "trusted.minke.b", new Uint8Array());
      inodes.setXattr(`${directory}/link`, "trusted.minke.c", Uint8Array.of(0, 255));
      assert.equal(text(inodes.getXattr(`${directory}/file`, "trusted.minke.a") ?? Uint8Array.of(1)), "one");
      assert.equal(inodes.getXattr(`${directory}/file`, "trusted.minke.b")?.byteLength, 0);
      assert.equal(inodes.getXattr(`${directory}/file`, "trusted.minke.c"), undefined);
      assert.deepEqual([...(inodes.getXattr(`${directory}/link`, "trusted.minke.c") ?? [])], [0, 255]);
      assert.deepEqual(inodes.listXattrs(`${directory}/file`), ["trusted.minke.a", "trusted.minke.b"]);
      throwsErrno(() => inodes.getXattr(`${directory}/none`, "trusted.minke.a"), "ENOENT");
    },
    "root",
  );
});
