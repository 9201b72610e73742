import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Digest } from "../../src/base/brand.ts";
import { openHost } from "../../src/host/open.ts";
import { chainIdsOf, digestOf, hexOf } from "../../src/images/digests.ts";
import { type LayerRecord, linkLayer } from "../../src/images/layer-store.ts";
import { imagePaths } from "../../src/images/paths.ts";
import { openRootfs, type RootfsService } from "../../src/images/rootfs.ts";
import { unpackLayer } from "../../src/images/unpack/unpack-layer.ts";
import { hexId } from "../support/definitions.ts";
import { needs, unless } from "../support/needs.ts";
import { chunked, type TestEntry, tar } from "../support/tar.ts";

const host = await openHost();
const ID = hexId("c");
const CAPABILITY = Uint8Array.from([1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** An engine root with nothing but layers; unmounts and removes everything at the end. */
class LayerRoot implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), "minke-rootfs-"));
  readonly paths = imagePaths(this.root);
  readonly rootfs: RootfsService = openRootfs({ host, config: { root: this.root } });
  readonly #layers: LayerRecord[] = [];

  /** Unpacks a layer on top of those before. */
  async add(entries: readonly TestEntry[]): Promise<Digest> {
    const bytes = tar(entries);
    const below = this.#layers.map(({ chainId }) => join(this.paths.layers, hexOf(chainId), "diff")).reverse();
    const chain = chainIdsOf([...this.#layers.map(({ diffId }) => diffId), digestOf(bytes)]);
    const chainId = chain.at(-1) ?? digestOf(bytes);
    const directory = join(this.paths.layers, hexOf(chainId));
    mkdirSync(join(directory, "diff"), { recursive: true });
    const { diffId, size } = await unpackLayer(host, { blob: chunked(bytes), root: join(directory, "diff"), below });
    const parent = this.#layers.at(-1);
    const stack = [linkLayer(host, this.paths, chainId), ...(parent?.stack ?? [])];
    const record = { chainId, diffId, size, stack, ...(parent && { parent: parent.chainId }) };
    writeFileSync(join(directory, "layer.json"), JSON.stringify(record));
    this.#layers.push(record);
    return chainId;
  }

  mounts(): number {
    return readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .filter((line) => line.includes(this.root)).length;
  }

  [Symbol.dispose](): void {
    const overlays = join(this.root, "overlay");
    for (const id of host.inodes.lstat(overlays) ? readdirSync(overlays) : []) this.rootfs.unmount(id);
    rmSync(this.root, { recursive: true, force: true });
  }
}

test("the merged tree shows what the layers say", unless(needs.root), async () => {
  using layers = new LayerRoot();
  await layers.add([
    { path: "./", mode: 0o711, uid: 9 },
    { path: "bin/ping", body: "ping", mode: 0o755, pax: { "SCHILY.xattr.security.capability": CAPABILITY } },
    { path: "bin/su", body: "su", mode: 0o4755, uid: 0 },
    { path: "bin/su2", type: "1", linkPath: "bin/su" },
    { path: "dev/null", type: "3", major: 1, minor: 3, mode: 0o666 },
    { path: "opt/old/a", body: "a" },
    { path: "opt/gone", body: "b" },
    { path: "whole/x", body: "x" },
    { path: "replaced/y", body: "y" },
  ]);
  const top = await layers.add([
    { path: "opt/.wh.gone" },
    { path: "opt/old/.wh..wh..opq" },
    { path: "opt/old/new", body: "n" },
    { path: ".wh.whole" },
    { path: "replaced", type: "2", linkPath: "/etc/passwd" },
  ]);
  const { rootfs } = layers;
  const merged = rootfs.mount(ID, top);
  assert.deepEqual(readdirSync(merged).sort(), ["bin", "dev", "opt", "replaced"]);
  assert.deepEqual(readdirSync(join(merged, "opt")), ["old"]);
  assert.deepEqual(readdirSync(join(merged, "opt/old")), ["new"]);
  const root = statSync(merged);
  assert.deepEqual([root.mode & 0o7777, root.uid], [0o711, 9]);
  const su = statSync(join(merged, "bin/su"));
  assert.deepEqual([su.mode & 0o7777, su.nlink], [0o4755, 2]);
  const device = host.inodes.lstat(join(merged, "dev/null"));
  assert.deepEqual([device?.kind, device?.major, device?.minor, device?.mode], ["char", 1, 3, 0o666]);
  assert.deepEqual(host.inodes.getXattr(join(merged, "bin/ping"), "security.capability"), CAPABILITY);
  assert.equal(host.inodes.readLink(join(merged, "replaced")), "/etc/passwd");
});

test(
  "containers on the same layers do not see each other's writes, which outlive a remount",
  unless(needs.root),
  async () => {
    using layers = new LayerRoot();
    const top = await layers.add([{ path: "f", body: "image" }]);
    const { rootfs } = layers;
    const [one, two] = [hexId("1"), hexId("2")];
    writeFileSync(join(rootfs.mount(one, top), "f"), "changed");
    assert.equal(readFileSync(join(rootfs.mount(two, top), "f"), "utf8"), "image");
    assert.equal(rootfs.size(one), 7);
    assert.equal(rootfs.mount(one, top), rootfs.mergedPath(one));
    assert.equal(layers.mounts(), 2);
    rootfs.unmount(one);
    assert.equal(readFileSync(join(rootfs.mount(one, top), "f"), "utf8"), "changed");
    for (const id of [one, two]) rootfs.remove(id);
    assert.deepEqual([layers.mounts(), readdirSync(join(layers.root, "overlay")).length], [0, 0]);
  },
);

test("a volatile mount can be mounted again", unless(needs.root), async () => {
  using layers = new LayerRoot();
  const top = await layers.add([{ path: "f", body: "image" }]);
  writeFileSync(join(layers.rootfs.mount(ID, top, { volatile: true }), "g"), "1");
  layers.rootfs.unmount(ID);
  const merged = layers.rootfs.mount(ID, top, { volatile: true });
  assert.deepEqual(readdirSync(merged).sort(), ["f", "g"]);
});

test("mounts a directory of the host whatever its name", unless(needs.root), () => {
  using layers = new LayerRoot();
  const lower = join(layers.root, "a,b:c\\d");
  mkdirSync(lower);
  writeFileSync(join(lower, "f"), "1");
  const merged = layers.rootfs.mountPath(ID, lower);
  writeFileSync(join(merged, "f"), "2");
  assert.equal(readFileSync(join(lower, "f"), "utf8"), "1");
});

test("mounts more layers than fit in absolute names", unless(needs.root), async () => {
  using layers = new LayerRoot();
  let top = digestOf("");
  for (let at = 0; at < 250; at++) top = await layers.add([{ path: `f${at}`, body: "" }]);
  assert.equal(readdirSync(layers.rootfs.mount(ID, top)).length, 250);
});

test("a busy mount is detached, and what was written is gone", unless(needs.root), async () => {
  using layers = new LayerRoot();
  const merged = layers.rootfs.mount(ID, await layers.add([{ path: "f", body: "1" }]));
  using _open = host.streams.open(join(merged, "f"), "r");
  layers.rootfs.remove(ID);
  assert.equal(layers.mounts(), 0);
  assert.equal(host.inodes.lstat(join(layers.root, "overlay", ID)), undefined);
});

test("unpacks what GNU tar packs as tar itself would", unless(needs.root, needs.program("tar")), async () => {
  using layers = new LayerRoot();
  const tree = join(layers.root, "tree");
  const script = `mkdir -p ${tree}/d/${"n".repeat(60)}/${"m".repeat(60)} && cd ${tree} && echo x > d/f && ln d/f h && ln -s d/f s && mkfifo p && chmod 2750 d && chown 5:6 d/f && touch -d @1500000000 d/f && mknod c c 5 1`;
  execFileSync("sh", ["-c", script]);
  const describe = (directory: string) =>
    execFileSync("find", [".", "-mindepth", "1", "-printf", "%p %y %m %U:%G %n %l %T@\\n"], {
      cwd: directory,
      encoding: "utf8",
    })
      .split("\n")
      .map((line) => line.replace(/\.\d+$/, ""))
      .sort();
  for (const format of ["gnu", "pax", "ustar"]) {
    const archive = execFileSync("tar", ["--format", format, "-C", tree, "-cf", "-", "."], { maxBuffer: 1 << 24 });
    const out = join(layers.root, `out-${format}`);
    mkdirSync(out);
    await unpackLayer(host, { blob: chunked(archive, 1000), root: out, below: [], needsEnd: true });
    assert.deepEqual(describe(out), describe(tree), format);
  }
});
