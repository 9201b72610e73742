import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { chunked, concat, type TestEntry, tar } from "../../../test/support/tar.ts";
import { isHostError } from "../../base/host-error.ts";
import { type FakeHost, openFakeHost } from "../../host/fakes/open.ts";
import { digestOf } from "../digests.ts";
import { BadArchive } from "../tar/bad-archive.ts";
import { DEFAULT_LIMITS, type UnpackLimits, type UnpackRequest, unpackLayer } from "./unpack-layer.ts";

const ROOT = "/var/layer";
const BELOW = "/var/below";

function machine(): FakeHost {
  const host = openFakeHost();
  host.files.makeDir(ROOT);
  host.files.makeDir(BELOW);
  host.files.createExclusive("/etc/passwd", "root");
  return host;
}

function request(blob: Uint8Array, more: Partial<UnpackRequest> = {}): UnpackRequest {
  return { blob: chunked(blob), root: ROOT, below: [BELOW], ...more };
}

async function unpackOn(host: FakeHost, entries: readonly TestEntry[]) {
  return unpackLayer(host, request(tar(entries)));
}

/** Everything below a directory, as `path kind [extra]`. */
function listing(host: FakeHost, directory: string, prefix = ""): string[] {
  return host.files.list(directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    const stat = host.inodes.lstat(path);
    const opaque = host.inodes.getXattr(path, "trusted.overlay.opaque") === undefined ? "" : " opaque";
    if (stat?.kind === "directory") return [`${prefix}${name}/${opaque}`, ...listing(host, path, `${prefix}${name}/`)];
    if (stat?.kind === "symlink") return [`${prefix}${name} -> ${host.inodes.readLink(path)}`];
    if (stat?.kind === "char") return [`${prefix}${name} c ${stat.major}:${stat.minor}`];
    return [`${prefix}${name}${stat?.kind === "file" ? `=${host.files.readText(path)}` : ` ${stat?.kind}`}`];
  });
}

const TAKEN: readonly (readonly [string, readonly TestEntry[], readonly string[]])[] = [
  [
    "plain files, directories and links",
    [
      { path: "./" },
      { path: "d/" },
      { path: "d/f", body: "x" },
      { path: "/abs", body: "y" },
      { path: "l", type: "2", linkPath: "/etc/passwd" },
      { path: "h", type: "1", linkPath: "./d/f" },
    ],
    ["abs=y", "d/", "d/f=x", "h=x", "l -> /etc/passwd"],
  ],
  ["directories that the tar leaves out", [{ path: "a/b/c", body: "1" }], ["a/", "a/b/", "a/b/c=1"]],
  [
    "the last of several entries",
    [
      { path: "f", body: "old" },
      { path: "f", body: "new" },
    ],
    ["f=new"],
  ],
  ["a directory over a file", [{ path: "f", body: "1" }, { path: "f/" }, { path: "f/g", body: "2" }], ["f/", "f/g=2"]],
  [
    "a file over a directory",
    [
      { path: "d/g", body: "1" },
      { path: "d", body: "2" },
    ],
    ["d=2"],
  ],
  ["a directory again keeps its content", [{ path: "d/g", body: "1" }, { path: "d/" }], ["d/", "d/g=1"]],
  [
    "devices and pipes",
    [
      { path: "null", type: "3", major: 1, minor: 3 },
      { path: "sda", type: "4", major: 8, minor: 0 },
      { path: "p", type: "6" },
    ],
    ["null c 1:3", "p fifo", "sda block"],
  ],
  ["whiteouts", [{ path: "d/.wh.gone" }, { path: ".wh.top" }], ["d/", "d/gone c 0:0", "top c 0:0"]],
  ["opaque marks", [{ path: "d/.wh..wh..opq" }, { path: "d/f", body: "1" }], ["d/ opaque", "d/f=1"]],
  ["opaque marks after the content", [{ path: "d/f", body: "1" }, { path: "d/.wh..wh..opq" }], ["d/ opaque", "d/f=1"]],
  [
    "aufs's own files are left out",
    [{ path: ".wh..wh.plnk/x", type: "5" }, { path: ".wh..wh.aufs" }],
    [".wh..wh.plnk/", ".wh..wh.plnk/x/"],
  ],
  [
    "a whiteout of what the layer has hides only what is below",
    [{ path: "d/f", body: "1" }, { path: "g", body: "2" }, { path: ".wh.d" }, { path: ".wh.g" }],
    ["d/ opaque", "d/f=1", "g=2"],
  ],
  ["a directory after its whiteout", [{ path: ".wh.d" }, { path: "d/" }], ["d/ opaque"]],
  ["a file in a directory after its whiteout", [{ path: ".wh.d" }, { path: "d/f", body: "1" }], ["d/ opaque", "d/f=1"]],
  ["a file after its whiteout", [{ path: ".wh.f" }, { path: "f", body: "1" }], ["f=1"]],
  [
    "parents that are links inside the layer",
    [{ path: "usr/lib/" }, { path: "lib", type: "2", linkPath: "usr/lib" }, { path: "lib/so", body: "1" }],
    ["lib -> usr/lib", "usr/", "usr/lib/", "usr/lib/so=1"],
  ],
  [
    "an absolute link is one inside the root",
    [
      { path: "a", type: "2", linkPath: "/etc" },
      { path: "a/passwd", body: "evil" },
    ],
    ["a -> /etc", "etc/", "etc/passwd=evil"],
  ],
  [
    "a link that climbs ends at the root",
    [
      { path: "d/a", type: "2", linkPath: "../../../../etc" },
      { path: "d/a/passwd", body: "evil" },
    ],
    ["d/", "d/a -> ../../../../etc", "etc/", "etc/passwd=evil"],
  ],
  [
    "a hard link through a link",
    [
      { path: "r/f", body: "1" },
      { path: "s", type: "2", linkPath: "r" },
      { path: "h", type: "1", linkPath: "s/f" },
    ],
    ["h=1", "r/", "r/f=1", "s -> r"],
  ],
  [
    "a hard link to a symbolic link is one to the link itself",
    [
      { path: "s", type: "2", linkPath: "/etc/passwd" },
      { path: "h", type: "1", linkPath: "s" },
    ],
    ["h -> /etc/passwd", "s -> /etc/passwd"],
  ],
  [
    "a file over a link does not write through it",
    [
      { path: "s", type: "2", linkPath: "/etc/passwd" },
      { path: "s", body: "evil" },
    ],
    ["s=evil"],
  ],
  [
    "a link over a directory is not remembered as one",
    [
      { path: "d/f", body: "1" },
      { path: "d", type: "2", linkPath: "/etc" },
      { path: "d/passwd", body: "evil" },
    ],
    ["d -> /etc", "etc/", "etc/passwd=evil"],
  ],
  [
    "a hard link to itself",
    [
      { path: "f", body: "1" },
      { path: "f", type: "1", linkPath: "f" },
    ],
    ["f=1"],
  ],
];

test("unpacks into the layer and nowhere else", async () => {
  for (const [name, entries, expected] of TAKEN) {
    const host = machine();
    await unpackOn(host, entries);
    assert.deepEqual(listing(host, ROOT), expected, name);
    assert.equal(host.files.readText("/etc/passwd"), "root", name);
    assert.deepEqual(host.files.list(BELOW), [], name);
  }
});

const REFUSED: readonly (readonly [string, readonly TestEntry[], RegExp])[] = [
  ["a path that climbs", [{ path: "../evil", body: "x" }], /^\.\.\/evil: path contains "\.\."$/],
  ["a path that climbs inside", [{ path: "a/../b", body: "x" }], /path contains "\.\."/],
  ["a whiteout that climbs", [{ path: "d/.wh..." }, { path: "d/.wh..", body: "" }], /whiteout of no name/],
  ["a whiteout of nothing", [{ path: ".wh." }], /whiteout of no name/],
  [
    "a hard link that climbs",
    [{ path: "h", type: "1", linkPath: "../../etc/passwd" }],
    /h: hard link to "\.\.\/\.\.\/etc\/passwd" leads out/,
  ],
  ["a hard link to what is only outside", [{ path: "h", type: "1", linkPath: "/etc/passwd" }], /not in this layer/],
  [
    "a hard link through a link to outside",
    [
      { path: "s", type: "2", linkPath: "/etc" },
      { path: "h", type: "1", linkPath: "s/passwd" },
    ],
    /not in this layer/,
  ],
  ["a hard link to a directory", [{ path: "d/" }, { path: "h", type: "1", linkPath: "d" }], /link to a directory/],
  ["a hard link to the root", [{ path: "h", type: "1", linkPath: "/" }], /link to a directory/],
  ["a hard link to a whiteout", [{ path: ".wh.f" }, { path: "h", type: "1", linkPath: "f" }], /not in this layer/],
  [
    "a loop of links",
    [
      { path: "a", type: "2", linkPath: "b" },
      { path: "b", type: "2", linkPath: "a" },
      { path: "a/f", body: "x" },
    ],
    /a\/f: too many symbolic links/,
  ],
  [
    "a file as a directory",
    [
      { path: "f", body: "1" },
      { path: "f/g", body: "2" },
    ],
    /f\/g: "f" in its path is not a directory/,
  ],
  [
    "a root that is a file",
    [
      { path: "./", type: "0", body: "" },
      { path: ".", type: "2", linkPath: "/" },
    ],
    /the root is not a directory/,
  ],
  ["a name too long", [{ path: "x", pax: { path: "n".repeat(256) } }], /longer than 255 bytes/],
];

test("refuses what would leave the layer or cannot be, naming the entry", async () => {
  for (const [name, entries, reason] of REFUSED) {
    const host = machine();
    await assert.rejects(
      unpackOn(host, entries),
      (error) => error instanceof BadArchive && reason.test(error.message),
      name,
    );
    assert.equal(host.files.readText("/etc/passwd"), "root", name);
  }
});

test("keeps owner, mode, times and the attributes that an image may set", async () => {
  const host = machine();
  const capability = new Uint8Array([1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  await unpackOn(host, [
    { path: "d/", mode: 0o1777, uid: 5, gid: 6, mtime: 1000 },
    {
      path: "d/f",
      body: "x",
      mode: 0o4755,
      uid: 1,
      gid: 2,
      mtime: 2000,
      pax: {
        "SCHILY.xattr.security.capability": capability,
        "SCHILY.xattr.user.note": "n",
        "SCHILY.xattr.trusted.overlay.opaque": "y",
        "SCHILY.xattr.user.overlay.opaque": "y",
        "SCHILY.xattr.security.selinux": "s",
      },
    },
    { path: "d/l", type: "2", linkPath: "f", uid: 3, gid: 4 },
  ]);
  const d = host.inodes.lstat(`${ROOT}/d`);
  const f = host.inodes.lstat(`${ROOT}/d/f`);
  const l = host.inodes.lstat(`${ROOT}/d/l`);
  assert.deepEqual([d?.mode, d?.uid, d?.gid, d?.mtimeMs], [0o1777, 5, 6, 1_000_000]);
  assert.deepEqual([f?.mode, f?.uid, f?.gid, f?.mtimeMs], [0o4755, 1, 2, 2_000_000]);
  assert.deepEqual([l?.uid, l?.gid], [3, 4]);
  assert.deepEqual([...host.inodes.listXattrs(`${ROOT}/d/f`)].sort(), ["security.capability", "user.note"]);
  assert.deepEqual(host.inodes.getXattr(`${ROOT}/d/f`, "security.capability"), capability);
});

test("makes directories that are left out like those below, but not through links there", async () => {
  const host = machine();
  for (const path of ["real", "real/deep"]) host.files.makeDir(`${BELOW}/${path}`);
  host.inodes.chown(`${BELOW}/real/deep`, 7, 8);
  host.inodes.chmod(`${BELOW}/real/deep`, 0o2750);
  host.inodes.symlink("/etc", `${BELOW}/link`);
  host.inodes.chmod(BELOW, 0o711);
  await unpackOn(host, [{ path: "real/deep/f" }, { path: "link/f" }]);
  const deep = host.inodes.lstat(`${ROOT}/real/deep`);
  assert.deepEqual([deep?.mode, deep?.uid, deep?.gid], [0o2750, 7, 8]);
  const link = host.inodes.lstat(`${ROOT}/link`);
  assert.deepEqual([link?.kind, link?.mode, link?.uid], ["directory", 0o755, 0]);
  assert.equal(host.inodes.lstat(ROOT)?.mode, 0o711);
});

test("tells the digest of the uncompressed tar whatever the packing", async () => {
  const plain = concat([tar([{ path: "f", body: "x".repeat(3000) }]), new Uint8Array(512)]);
  for (const [packing, blob] of [
    ["none", plain],
    ["gzip", gzipSync(plain)],
    ["zstd", zstdCompressSync(plain)],
  ] as const) {
    const layer = await unpackLayer(machine(), request(blob));
    assert.deepEqual(
      { ...layer },
      { diffId: digestOf(plain), size: plain.length, entries: 1, packing, opaqueRoot: false },
      packing,
    );
  }
});

test("tells a layer that hides everything below", async () => {
  assert.equal((await unpackOn(machine(), [{ path: ".wh..wh..opq" }])).opaqueRoot, true);
});

const plain = tar([{ path: "f", body: "x".repeat(100_000) }, { path: "g" }]);
const limits = (more: Partial<UnpackLimits>): UnpackLimits => ({ ...DEFAULT_LIMITS, ...more });

const BOMBS: readonly (readonly [string, Uint8Array, UnpackLimits, RegExp])[] = [
  ["too many bytes", plain, limits({ bytes: 50_000 }), /unpacks to more than 50000 bytes/],
  ["too many entries", plain, limits({ entries: 1 }), /g: more than 1 entries/],
  ["too good a ratio", gzipSync(plain), limits({ ratio: 100, ratioFrom: 20_000 }), /more than 100 times its size/],
  ["gzip in gzip", gzipSync(gzipSync(plain)), limits({}), /packed twice: gzip inside/],
  ["zstd in gzip", gzipSync(zstdCompressSync(plain)), limits({}), /packed twice: zstd inside/],
  ["bzip2", new TextEncoder().encode("BZh91AY&SY"), limits({}), /bzip2 is not a packing for layers/],
];

test("stops bombs", async () => {
  for (const [name, blob, most, reason] of BOMBS)
    await assert.rejects(
      unpackLayer(machine(), request(blob, { limits: most })),
      (error) => error instanceof BadArchive && reason.test(error.message),
      name,
    );
});

test("fails on damaged and truncated compression", async () => {
  const packed = gzipSync(plain);
  const damaged = packed.slice();
  damaged.fill(0x55, 40, 60);
  const zstd = zstdCompressSync(plain);
  for (const blob of [packed.slice(0, packed.length / 2), damaged, zstd.slice(0, zstd.length / 2)])
    await assert.rejects(unpackLayer(machine(), request(blob)), (error) => isHostError(error, "EBADMSG"));
});

test("stops when it is aborted", async () => {
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  await assert.rejects(unpackLayer(machine(), request(plain, { signal: controller.signal })), /enough/);
});

test("sets no times through a link that took the place of a directory", async () => {
  const host = machine();
  host.files.makeDir("/outside/sub");
  host.inodes.setTimes("/outside/sub", 1_000, 1_000);
  await unpackOn(host, [
    { path: "d/sub/", mtime: 5 },
    { path: "d", type: "2", linkPath: "/outside" },
    { path: "e/sub/", mtime: 5 },
    { path: "e", body: "a file" },
  ]);
  assert.equal(host.inodes.lstat("/outside/sub")?.mtimeMs, 1_000_000);
});
