import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { aContainer, hexId } from "../../test/support/definitions.ts";
import { concat, type TestEntry, tar } from "../../test/support/tar.ts";
import { hasCode } from "../base/errors.ts";
import { loadConfig } from "../config/load.ts";
import { type FakeHost, openFakeHost } from "../host/fakes/open.ts";
import { openStore, type Store } from "../store/open.ts";
import { digestOf, hexOf } from "./digests.ts";
import { openImages } from "./open.ts";
import type { ImageService } from "./service.ts";

const ROOT = "/var/lib/minke";
const IMAGES = `${ROOT}/images`;

interface Machine {
  readonly host: FakeHost;
  readonly store: Store;
  readonly images: ImageService;
  /** `type action name` of the events so far. */
  events(): string[];
}

function machine(host = openFakeHost(), onForceRemove?: (id: string) => Promise<unknown>): Machine {
  const config = loadConfig(host, { root: ROOT, runRoot: "/run/minke" });
  const store = openStore(host, config);
  const images = openImages({ host, store, config, ...(onForceRemove && { onForceRemove }) });
  const events = () =>
    store.read((tx) => tx.events.after(0).map((event) => `${event.action} ${"name" in event ? event.name : ""}`));
  return { host, store, images, events };
}

const ROOTFS = tar([{ path: "bin/" }, { path: "bin/sh", body: "shell", mode: 0o755 }]);

function put(host: FakeHost, path: string, bytes: Uint8Array | string): string {
  host.files.writeAtomic(path, bytes);
  return path;
}

/** What is in the store besides its empty directories. */
function remains({ host }: Machine): string[] {
  return ["blobs/sha256", "layers", "l", "tmp"].flatMap((directory) =>
    host.inodes.lstat(`${IMAGES}/${directory}`) === undefined
      ? []
      : host.files.list(`${IMAGES}/${directory}`).map((name) => `${directory}/${name}`),
  );
}

interface Archive {
  readonly layers: readonly Uint8Array[];
  readonly diffIds?: readonly string[];
  readonly tags?: readonly string[];
  readonly config?: object;
}

/** A `docker save` archive. */
function dockerArchive(archive: Archive, more: readonly TestEntry[] = []): Uint8Array {
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    created: "2026-01-02T03:04:05Z",
    config: { Cmd: ["/bin/sh"], ...archive.config },
    rootfs: { type: "layers", diff_ids: archive.diffIds ?? archive.layers.map((layer) => digestOf(layer)) },
    history: [
      { created_by: "ADD", created: "2026-01-02T03:04:05Z" },
      { created_by: "CMD", empty_layer: true, comment: "c" },
    ],
  });
  const manifest = [
    { Config: "c.json", RepoTags: archive.tags ?? ["app:1"], Layers: archive.layers.map((_, at) => `${at}/layer.tar`) },
  ];
  return tar([
    ...archive.layers.map((body, at) => ({ path: `${at}/layer.tar`, body })),
    ...more,
    { path: "c.json", body: config },
    { path: "manifest.json", body: JSON.stringify(manifest) },
  ]);
}

test("imports a root file system, with changes, and records it with its event", async () => {
  const on = machine();
  const lines: string[] = [];
  const id = await on.images.import(put(on.host, "/tmp/r.tar", gzipSync(ROOTFS)), {
    reference: "app",
    changes: ["CMD sh", "LABEL a=b"],
    message: "made",
    progress: (line) => lines.push(line),
  });
  const image = await on.images.resolve("app");
  assert.equal(image.id, id);
  assert.deepEqual(image.names, ["localhost/app:latest"]);
  assert.deepEqual(image.config.config, { Cmd: ["/bin/sh", "-c", "sh"], Labels: { a: "b" } });
  assert.deepEqual(
    image.layers.map((layer) => layer.diffId),
    [digestOf(ROOTFS)],
  );
  assert.equal(on.host.files.readText(`${IMAGES}/layers/${hexOf(digestOf(ROOTFS))}/diff/bin/sh`), "shell");
  assert.deepEqual(on.events(), ["import localhost/app:latest"]);
  assert.deepEqual(
    lines.map((line) => line.split(" ").slice(0, 2).join(" ")),
    ["Copying blob", "Copying config", "Writing manifest"],
  );
  const inspected = await on.images.inspect("app");
  assert.deepEqual(inspected["RepoDigests"], [`localhost/app@${image.manifestDigest}`]);
  assert.equal(inspected["ManifestType"], "application/vnd.oci.image.manifest.v1+json");
  assert.equal(inspected["Comment"], "made");
});

test("loads, saves and loads again every kind of archive without changing the image's id", async () => {
  const second = tar([{ path: ".wh.bin" }, { path: "etc/x", body: "1" }]);
  const on = machine();
  const path = put(
    on.host,
    "/tmp/a.tar",
    gzipSync(dockerArchive({ layers: [ROOTFS, gzipSync(second)], diffIds: [digestOf(ROOTFS), digestOf(second)] })),
  );
  assert.deepEqual(await on.images.load(path), ["docker.io/library/app:1"]);
  const { id } = await on.images.resolve("app:1");
  assert.deepEqual(
    (await on.images.history("app:1")).map(({ id: row, createdBy, size, comment }) => [row, createdBy, size, comment]),
    [
      [id, "CMD", 0, "c"],
      ["<missing>", "ADD", ROOTFS.length, ""],
    ],
  );
  for (const format of ["docker-archive", "oci-archive", "oci-dir", "docker-dir"] as const) {
    const output = `/tmp/out-${format}`;
    await on.images.save(["app:1"], output, { format });
    const other = machine();
    copyTree(on.host, other.host, output);
    const names = await other.images.load(output);
    assert.deepEqual(names, [format === "docker-dir" ? `sha256:${id}` : "docker.io/library/app:1"], format);
    const image = await other.images.resolve(id.slice(0, 12));
    assert.equal(image.id, id, format);
    assert.deepEqual(
      image.layers.map(({ diffId }) => diffId),
      [digestOf(ROOTFS), digestOf(second)],
      format,
    );
    if (format === "docker-archive")
      await assert.rejects(on.images.save(["app:1"], output), /doesn't support modifying existing images/);
  }
  await on.images.tag("app:1", ["two:2"]);
  await on.images.save(["app:1", "two:2"], "/tmp/both");
  const other = machine();
  copyTree(on.host, other.host, "/tmp/both");
  assert.deepEqual(await other.images.load("/tmp/both"), ["docker.io/library/app:1", "localhost/two:2"]);
  await assert.rejects(on.images.save(["app:1", "none"], "/tmp/x"), (error) => hasCode(error, "NO_SUCH_IMAGE"));
  assert.equal(on.host.inodes.lstat("/tmp/x"), undefined);
});

function copyTree(from: FakeHost, to: FakeHost, path: string): void {
  if (from.inodes.lstat(path)?.kind !== "directory") {
    to.files.writeAtomic(path, from.files.readBytes(path));
    return;
  }
  to.files.makeDir(path);
  for (const name of from.files.list(path)) copyTree(from, to, `${path}/${name}`);
}

const config = JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { diff_ids: [digestOf(ROOTFS)] } });

/** An OCI archive whose parts can be falsified. */
function ociArchive(change: {
  readonly layer?: Uint8Array;
  readonly config?: string;
  readonly leaveOut?: string;
  readonly size?: number;
}): Uint8Array {
  const layer = {
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    digest: digestOf(ROOTFS),
    size: change.size ?? ROOTFS.length,
  };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
    layers: [layer],
  });
  const index = { schemaVersion: 2, manifests: [{ digest: digestOf(manifest), size: manifest.length }] };
  const blobs = { manifest, config: change.config ?? config, layer: change.layer ?? ROOTFS };
  const names = { manifest: digestOf(manifest), config: digestOf(config), layer: digestOf(ROOTFS) };
  const kept = (["manifest", "config", "layer"] as const).filter((part) => part !== change.leaveOut);
  return tar([
    { path: "oci-layout", body: '{"imageLayoutVersion":"1.0.0"}' },
    { path: "index.json", body: JSON.stringify(index) },
    ...kept.map((part) => ({ path: `blobs/sha256/${hexOf(names[part])}`, body: blobs[part] })),
  ]);
}

const whole = dockerArchive({ layers: [ROOTFS] });
const BAD: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["no archive", new TextEncoder().encode("hello"), /truncated/],
  ["a root file system", ROOTFS, /does not match any of the supported image formats.*use import/],
  ["a cut archive", whole.slice(0, 1200), /entry 0\/layer\.tar: truncated/],
  ["a cut compressed archive", gzipSync(whole).slice(0, 200), /cannot be decompressed/],
  ["an archive packed twice", gzipSync(gzipSync(whole)), /packed twice/],
  [
    "a layer that climbs",
    dockerArchive({ layers: [tar([{ path: "../evil", body: "x" }])] }),
    /layer sha256:\w+: entry \.\.\/evil: path contains/,
  ],
  [
    "a second layer that is bad",
    dockerArchive({ layers: [ROOTFS, tar([{ path: "h", type: "1", linkPath: "/etc/passwd" }])] }),
    /layer sha256:\w+: entry h: hard link/,
  ],
  [
    "a layer with another digest",
    dockerArchive({ layers: [ROOTFS], diffIds: [digestOf("x")] }),
    /layer sha256:\w+: digest of its content is/,
  ],
  [
    "more layers than the config has",
    dockerArchive({ layers: [ROOTFS, ROOTFS], diffIds: [digestOf(ROOTFS)] }),
    /manifest has 2 layers, its config 1/,
  ],
  [
    "a config with wrong types",
    dockerArchive({ layers: [ROOTFS], config: { Env: "x" } }),
    /image config: Env has the wrong type/,
  ],
  ["a bad name", dockerArchive({ layers: [ROOTFS], tags: ["UPPER:1"] }), /"UPPER:1" is not a name/],
  [
    "a missing layer",
    tar([
      { path: "c.json", body: config },
      { path: "manifest.json", body: '[{"Config":"c.json","Layers":["none"]}]' },
    ]),
    /entry none: is missing/,
  ],
  [
    "a layer that is a link out",
    tar([
      { path: "l", type: "2", linkPath: "../../etc/passwd" },
      { path: "c.json", body: config },
      { path: "manifest.json", body: '[{"Config":"c.json","Layers":["l"]}]' },
    ]),
    /entry l: is missing/,
  ],
  [
    "links in a circle",
    tar([
      { path: "a", type: "2", linkPath: "b" },
      { path: "b", type: "2", linkPath: "a" },
      { path: "manifest.json", body: '[{"Config":"a","Layers":[]}]' },
    ]),
    /too many links/,
  ],
  ["a name that climbs", tar([{ path: "../../x", body: "" }]), /path contains "\.\."/],
  ["a manifest that is none", tar([{ path: "manifest.json", body: "[1]" }]), /lists something that is no image/],
  [
    "another layer than the manifest says",
    ociArchive({ layer: concat([ROOTFS, new Uint8Array(512)]) }),
    /its digest is sha256:\w+, not/,
  ],
  ["another config than the manifest says", ociArchive({ config: `${config} ` }), /its digest is/],
  ["another size than the manifest says", ociArchive({ size: 1 }), /has \d+ bytes, not 1/],
  ["an OCI archive without a layer", ociArchive({ leaveOut: "layer" }), /is missing/],
  ["an OCI archive without a manifest", ociArchive({ leaveOut: "manifest" }), /is missing/],
];

test("refuses bad archives, naming archive, layer and entry, and keeps nothing of them", async () => {
  for (const [name, bytes, reason] of BAD) {
    const on = machine();
    const path = put(on.host, "/tmp/bad.tar", bytes);
    await assert.rejects(
      on.images.load(path),
      (error) => hasCode(error, "ARCHIVE_BAD") && error.data.archive === path && reason.test(error.message),
      name,
    );
    assert.deepEqual(remains(on), [], name);
    assert.deepEqual(await on.images.list(), [], name);
    assert.deepEqual(on.events(), [], name);
  }
  const on = machine();
  await assert.rejects(on.images.load("/tmp/none"), /^EngineError: stat \/tmp\/none: no such file or directory$/);
  await assert.rejects(on.images.import("/tmp/none"), /open \/tmp\/none: no such file or directory/);
  await assert.rejects(on.images.import("/tmp"), /read \/tmp: is a directory/);
  const cut = put(on.host, "/tmp/cut.tar", tar([{ path: "a" }], { end: false }));
  await assert.rejects(on.images.import(cut), (error) => hasCode(error, "ARCHIVE_BAD"));
  assert.deepEqual(remains(on), []);
});

test("takes a good OCI archive, by its name or without one", async () => {
  const on = machine();
  const id = hexOf(digestOf(config));
  assert.deepEqual(await on.images.load(put(on.host, "/tmp/o.tar", ociArchive({}))), [`sha256:${id}`]);
  assert.deepEqual(await on.images.pull("oci-archive:/tmp/o.tar"), [id]);
  await assert.rejects(on.images.pull("oci-archive:/tmp/o.tar:x"), /no image is named "x"/);
  await assert.rejects(on.images.pull("docker-archive:/tmp/o.tar"), (error) => hasCode(error, "ARCHIVE_BAD"));
  assert.deepEqual(on.events(), ["loadfromarchive /tmp/o.tar", "pull /tmp/o.tar"]);
});

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

test("undoes what was begun when it is aborted", async () => {
  const on = machine();
  const controller = new AbortController();
  const path = put(on.host, "/tmp/a.tar", dockerArchive({ layers: [ROOTFS] }));
  const progress = () => controller.abort(new Error("enough"));
  await assert.rejects(on.images.load(path, { signal: controller.signal, progress }), /enough/);
  assert.deepEqual(remains(on), []);
  assert.deepEqual(await on.images.list(), []);
});
