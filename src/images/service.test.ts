import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, hexId } from "../../test/support/definitions.ts";
import { IMAGES, machine, put, ROOTFS, remains } from "../../test/support/fake-images.ts";
import { hasCode } from "../base/errors.ts";
import { openFakeHost } from "../host/fakes/open.ts";
import { digestOf, hexOf } from "./digests.ts";

test("sweeps what a crash left, and keeps what is in use", async () => {
  const on = machine();
  await on.images.import(put(on.host, "/tmp/r.tar", ROOTFS), { reference: "app" });
  const before = remains(on);
  on.host.files.makeDir(`${IMAGES}/tmp/crashed`);
  on.host.files.makeDir(`${IMAGES}/layers/${hexId("f")}/diff`);
  put(on.host, `${IMAGES}/blobs/sha256/${hexId("e")}`, "orphan");
  on.host.inodes.symlink("../layers/none/diff", `${IMAGES}/l/dead`);
  await on.images.import("/tmp/r.tar", { reference: "app" });
  await on.images.prune();
  assert.deepEqual(remains(on).length, before.length);
  // A command at work keeps others from sweeping.
  const worker = on.host.another();
  const lock = await worker.locks.acquire(`${IMAGES}/lock`, { shared: true });
  await on.images.remove(["app"]);
  assert.equal(remains(on).length, before.length);
  lock[Symbol.dispose]();
  await on.images.load("/tmp/none").catch(() => {});
  await on.images.import("/tmp/r.tar");
  assert.equal(remains(on).length, before.length);
});

test("prefers an alias to localhost, and does not ask registries.conf where nothing else has the tag", async () => {
  const host = openFakeHost();
  const conf = put(host, "/etc/containers/registries.conf", '[aliases]\nshort = "quay.io/team/app"\n');
  const on = machine(host);
  const local = await on.images.import(put(host, "/tmp/r.tar", ROOTFS), { reference: "short" });
  assert.equal((await on.images.resolve("short")).id, local);
  const aliased = await on.images.import("/tmp/r.tar", { reference: "quay.io/team/app", changes: ["USER 1"] });
  assert.equal((await on.images.resolve("short")).id, aliased);
  const other = machine(openFakeHost());
  await other.images.import(put(other.host, "/tmp/r.tar", ROOTFS), { reference: "a" });
  put(other.host, conf, "not = [toml");
  assert.equal(await other.images.exists("a"), true);
  assert.equal(await other.images.exists("localhost/a"), true);
  await assert.rejects(other.images.exists("b"), /registries\.conf/);
});

test("tags, untags and finds images by every form of their name", async () => {
  const on = machine();
  const id = await on.images.import(put(on.host, "/tmp/r.tar", ROOTFS), { reference: "app:1" });
  const other = await on.images.import("/tmp/r.tar", { changes: ["USER 1"] });
  await on.images.tag("app:1", ["quay.io/team/tool:2", "app:latest"]);
  const { manifestDigest } = await on.images.resolve(id);
  for (const text of [
    id,
    `sha256:${id}`,
    id.slice(0, 10),
    "app:1",
    "app",
    "localhost/app:1",
    "tool:2",
    "team/tool:2",
    `app@${manifestDigest}`,
  ])
    assert.equal((await on.images.resolve(text)).id, id, text);
  for (const text of ["none", "app:3", "tool", "ool:2", `sha256:${hexId("0")}`, `none@${manifestDigest}`]) {
    assert.equal(await on.images.exists(text), false, text);
    await assert.rejects(
      on.images.resolve(text),
      (error) => hasCode(error, "NO_SUCH_IMAGE") && error.data.ref === text,
    );
  }
  await assert.rejects(on.images.resolve(""), (error) => hasCode(error, "EMPTY_ID"));
  await on.images.tag(other, ["app:1"]);
  assert.equal((await on.images.resolve("app:1")).id, other);
  await assert.rejects(on.images.untag("app", ["none"]), /^EngineError: localhost\/none:latest: tag not known$/);
  await on.images.untag("tool:2", []);
  assert.deepEqual((await on.images.resolve(id)).names, []);
  assert.deepEqual(on.events().slice(2), [
    "tag quay.io/team/tool:2",
    "tag localhost/app:latest",
    "tag localhost/app:1",
    "untag quay.io/team/tool:2",
    "untag localhost/app:latest",
  ]);
});

test("removes as podman rmi does", async () => {
  const on = machine();
  const id = await on.images.import(put(on.host, "/tmp/r.tar", ROOTFS), { reference: "a" });
  await on.images.tag("a", ["b", "c"]);
  const [untagged] = (await on.images.remove(["b"])).results;
  assert.deepEqual(untagged, { untagged: ["localhost/b:latest"], deleted: [] });
  const byId = await on.images.remove([id.slice(0, 12)]);
  assert.deepEqual(
    byId.reports.map((report) => (report.ok ? "" : report.error.message)),
    [
      `unable to delete image "${id}" by ID with more than one tag ([localhost/a:latest localhost/c:latest]): please force removal`,
    ],
  );
  const container = aContainer({ rootfs: { kind: "image", imageId: id, imageName: "a", chainId: digestOf(ROOTFS) } });
  await on.store.write((tx) => tx.containers.insert(container));
  for (const options of [{ force: true }, { all: true }]) {
    const used = await on.images.remove("all" in options ? [] : [id], options);
    assert.deepEqual(
      used.reports.map((report) => !report.ok && report.error.code),
      ["IMAGE_IN_USE"],
    );
  }
  await on.store.write((tx) => tx.containers.remove(container.id));
  const mixed = await on.images.remove(["none", "a", "c"]);
  assert.deepEqual(
    mixed.reports.map(({ ok }) => ok),
    [false, true, true],
  );
  assert.deepEqual(mixed.results.at(-1), { untagged: ["localhost/c:latest"], deleted: [id] });
  assert.deepEqual(remains(on), []);
  assert.deepEqual((await on.images.remove(["none"], { ignoreMissing: true })).reports, []);
});

test("keeps the layers of a container whose image was removed from under it", async () => {
  const on = machine();
  const id = await on.images.import(put(on.host, "/tmp/r.tar", ROOTFS), { reference: "a" });
  await on.store.write((tx) => {
    tx.containers.insert(
      aContainer({ rootfs: { kind: "image", imageId: hexId(9), imageName: "x", chainId: digestOf(ROOTFS) } }),
    );
  });
  assert.deepEqual((await on.images.remove([id])).results[0]?.deleted, [id]);
  assert.deepEqual(on.host.files.list(`${IMAGES}/layers`), [hexOf(digestOf(ROOTFS))]);
});

test("lets the engine remove the containers first when forced", async () => {
  const asked: string[] = [];
  const on = machine(openFakeHost(), async (imageId) => {
    asked.push(imageId);
    await on.store.write((tx) => tx.containers.remove(aContainer().id));
  });
  const id = await on.images.import(put(on.host, "/tmp/r.tar", ROOTFS), { reference: "a" });
  await on.store.write((tx) =>
    tx.containers.insert(aContainer({ rootfs: { kind: "image", imageId: id, imageName: "a", chainId: "" } })),
  );
  assert.deepEqual((await on.images.remove(["a"], { force: true })).results[0]?.deleted, [id]);
  assert.deepEqual(asked, [id]);
});

test("lists and prunes by podman's filters", async () => {
  const on = machine();
  put(on.host, "/tmp/r.tar", ROOTFS);
  const old = await on.images.import("/tmp/r.tar", { reference: "quay.io/team/old:1", changes: ["LABEL a=b"] });
  await on.host.clock.advance(60_000);
  const fresh = await on.images.import("/tmp/r.tar", { reference: "fresh", changes: ["LABEL a=c", "LABEL d=e"] });
  const bare = await on.images.import("/tmp/r.tar", { changes: ["USER 1"] });
  const ids = { [old]: "old", [fresh]: "fresh", [bare]: "bare" };
  for (const [filters, expected] of [
    [{}, "old fresh bare"],
    [{ dangling: ["true"] }, "bare"],
    [{ dangling: ["false"] }, "old fresh"],
    [{ label: ["a"] }, "old fresh"],
    [{ label: ["a=c"] }, "fresh"],
    [{ label: ["a", "d=e"] }, "fresh"],
    [{ label: ["constructor"] }, ""],
    [{ before: ["fresh"] }, "old"],
    [{ since: ["quay.io/team/old:1"] }, "fresh bare"],
    [{ until: ["30s"] }, "old"],
    [{ reference: ["fresh"] }, "fresh"],
    [{ reference: ["quay.io/*/*"] }, "old"],
    [{ reference: ["old:*", "fresh:latest"] }, "old fresh"],
    [{ reference: ["team/old"] }, "old"],
    [{ reference: ["ol"] }, ""],
    [{ id: [fresh.slice(0, 8)] }, "fresh"],
    [{ containers: ["true"] }, ""],
    [{ readonly: ["true"] }, ""],
    [{ intermediate: ["false"] }, "old fresh bare"],
  ] as const) {
    const listed = await on.images.list({ filters });
    assert.equal(listed.map(({ id }) => ids[id]).join(" "), expected, JSON.stringify(filters));
  }
  for (const [filters, message] of [
    [{ foo: ["x"] }, 'unsupported image filter "foo"'],
    [{ dangling: ["x"] }, 'non-boolean value "dangling" for x filter: strconv.ParseBool: parsing "x": invalid syntax'],
    [{ before: ["none"] }, 'could not find local image for filter filter "before"="none": none: image not known'],
    [{ until: ["zz"] }, 'failed to parse value as time or duration: "zz"'],
    [{ containers: ["1"] }, 'unsupported value "1" for containers filter'],
  ] as const)
    await assert.rejects(on.images.list({ filters }), { message });
  assert.deepEqual(await on.images.prune(), [bare]);
  assert.deepEqual(await on.images.prune({ all: true, filters: { until: ["30s"] } }), [old]);
  assert.deepEqual(await on.images.prune({ all: true }), [fresh]);
  assert.deepEqual(remains(on), []);
});

test("asks nobody for images that are here or must be", async () => {
  const on = machine();
  const id = await on.images.import(put(on.host, "/tmp/r.tar", ROOTFS), { reference: "a" });
  assert.equal((await on.images.ensure("a")).id, id);
  assert.equal((await on.images.ensure(id.slice(0, 12), { policy: "always" })).id, id);
  await assert.rejects(on.images.ensure("none", { policy: "never" }), (error) => hasCode(error, "NO_SUCH_IMAGE"));
  await assert.rejects(on.images.ensure("none"), (error) => hasCode(error, "SHORT_NAME_UNRESOLVED"));
  await assert.rejects(on.images.pull("r.io/none"), (error) => hasCode(error, "PROGRAM_MISSING"));
  await assert.rejects(on.images.pull("r.io/none:1", { allTags: true }), /--all-tags cannot be used with a tag/);
  await assert.rejects(on.images.push("a", undefined, { format: "v9" }), /unknown format "v9"/);
});
