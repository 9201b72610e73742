import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { dockerArchive, IMAGES, machine, put, ROOTFS, remains } from "../../test/support/fake-images.ts";
import { concat, tar } from "../../test/support/tar.ts";
import { hasCode } from "../base/errors.ts";
import type { FakeHost } from "../host/fakes/open.ts";
import { digestOf, hexOf } from "./digests.ts";

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

test("undoes what was begun when it is aborted", async () => {
  const on = machine();
  const controller = new AbortController();
  const path = put(on.host, "/tmp/a.tar", dockerArchive({ layers: [ROOTFS] }));
  const progress = () => controller.abort(new Error("enough"));
  await assert.rejects(on.images.load(path, { signal: controller.signal, progress }), /enough/);
  assert.deepEqual(remains(on), []);
  assert.deepEqual(await on.images.list(), []);
});
