import assert from "node:assert/strict";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { isHostError } from "../../src/base/host-error.ts";
import { type FakeHost, openFakeHost } from "../../src/host/fakes/open.ts";
import { openHost } from "../../src/host/open.ts";
import { readTar } from "../../src/images/tar/reader.ts";
import { type UnpackLimits, unpackLayer } from "../../src/images/unpack/unpack-layer.ts";
import { dockerArchive, machine, put, ROOTFS, remains } from "../support/fake-images.ts";
import { needs, unless } from "../support/needs.ts";
import { chunked, concat, type TestEntry, tar } from "../support/tar.ts";
import { assertPristine, assertRefusal, attemptAsync, checkAsync, mutatedJson, NASTY } from "./fuzz.ts";

/** Small, so that an announced size is no reason to write much. */
const LIMITS: UnpackLimits = { bytes: 1 << 20, entries: 500, ratio: 100, ratioFrom: 1 << 18 };

const PARTS = [
  "a",
  "b",
  "etc",
  "passwd",
  ".",
  "..",
  "",
  ".wh.a",
  ".wh..wh..opq",
  ".wh.",
  ".wh...",
  ".wh..wh.plnk",
  "x".repeat(99),
];
const path = fc
  .record({
    parts: fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 4 }),
    absolute: fc.boolean(),
    end: fc.boolean(),
  })
  .map(({ parts, absolute, end }) => `${absolute ? "/" : ""}${parts.join("/")}${end ? "/" : ""}`);
const target = fc.oneof(
  path,
  fc.constantFrom("/", "/etc", "/etc/passwd", "../../../../etc", "..", ".", "", "a", "/proc/self/root/etc"),
);

const entry: fc.Arbitrary<TestEntry> = fc.record(
  {
    path,
    type: fc.constantFrom(...Array.from("0012222345567xgLKVS\0Z")),
    linkPath: target,
    body: fc.constantFrom("", "x", "12 path=../a\n", "11 size=-1\n", "x".repeat(700)),
    mode: fc.constantFrom(0o644, 0o4755, 0o7777, 0),
    uid: fc.constantFrom(0, 1000, 2_097_151),
    mtime: fc.constantFrom(0, 1, 8_589_934_591),
    major: fc.constantFrom(0, 1),
    minor: fc.constantFrom(0, 3),
    pax: fc.dictionary(
      fc.constantFrom(
        "path",
        "linkpath",
        "size",
        "uid",
        "mtime",
        "SCHILY.xattr.user.a",
        "SCHILY.xattr.trusted.overlay.opaque",
        "GNU.sparse.major",
        "__proto__",
      ),
      fc.oneof(target, fc.constantFrom(...NASTY)),
      { maxKeys: 2 },
    ),
    gnuName: path,
    gnuLink: target,
    prefix: fc.constantFrom("", "a", "..", "/etc"),
  },
  { requiredKeys: ["path"] },
);

/** What is done to the bytes of a tar. The checksum is mended most of the time, for faults that lie behind it. */
interface Damage {
  readonly at: number;
  readonly kind: "flip" | "set" | "cut" | "repeat" | "drop";
  readonly value: number;
  readonly mend: boolean;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(1_000_000),
  kind: fc.constantFrom("flip", "set", "set", "cut", "repeat", "drop"),
  value: fc.oneof(fc.nat(255), fc.constantFrom(0, 0x80, 0xff, 0x37, 0x2f)),
  mend: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
});

function damaged(bytes: Uint8Array, { at, kind, value, mend }: Damage): Uint8Array {
  const place = at % Math.max(bytes.length, 1);
  const block = place - (place % 512);
  if (kind === "cut") return bytes.slice(0, place);
  if (kind === "repeat") return concat([bytes.slice(0, block + 512), bytes.slice(block)]);
  if (kind === "drop") return concat([bytes.slice(0, block), bytes.slice(block + 512)]);
  const changed = bytes.slice();
  changed[place] = kind === "flip" ? (changed[place] ?? 0) ^ (1 << (value % 8)) : value;
  if (mend) mendChecksum(changed.subarray(block, block + 512));
  return changed;
}

function mendChecksum(block: Uint8Array): void {
  if (block.length < 512 || new TextDecoder("latin1").decode(block.subarray(257, 262)) !== "ustar") return;
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
}

const hostileTar = fc
  .record({
    entries: fc.array(entry, { maxLength: 6 }),
    damages: fc.array(damage, { maxLength: 3 }),
    end: fc.boolean(),
  })
  .map(({ entries, damages, end }) => damages.reduce(damaged, tar(entries, { end })));

const FILES: Readonly<Record<string, string>> = {
  "/etc/passwd": "root",
  "/etc/shadow": "secret",
  "/a": "outside",
  "/b/a": "outside",
};

function layerMachine(): FakeHost {
  const host = openFakeHost();
  for (const directory of ["/b", "/var/layer", "/var/below/etc"]) host.files.makeDir(directory);
  host.files.createExclusive("/var/below/etc/passwd", "below");
  for (const [name, text] of Object.entries(FILES)) host.files.createExclusive(name, text);
  return host;
}

/** Everything on the machine but what is below `except`, as one text. */
function worldOf(host: FakeHost, except: string, directory = ""): string {
  return host.files
    .list(directory === "" ? "/" : directory)
    .map((name) => {
      const at = `${directory}/${name}`;
      if (at === except) return "";
      const stat = host.inodes.lstat(at);
      const line = `${at} ${stat?.kind} ${stat?.mode} ${stat?.uid} ${stat?.mtimeMs} ${stat?.kind === "file" ? host.files.readText(at) : ""}\n`;
      return stat?.kind === "directory" ? line + worldOf(host, except, at) : line;
    })
    .join("");
}

async function refusedOrDone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // What cannot be decompressed is the only host error that the unpacker lets through for a bad layer.
    if (!isHostError(error, "EBADMSG")) assertRefusal(error);
  }
  assertPristine();
}

describe("layers with anything in them", () => {
  it("reach the layer's directory and nothing else", async () => {
    await checkAsync(fc.record({ bytes: hostileTar, packed: fc.boolean() }), 250, async ({ bytes, packed }) => {
      const host = layerMachine();
      const before = worldOf(host, "/var/layer");
      const blob = chunked(packed ? gzipSync(bytes) : bytes, 700);
      await refusedOrDone(() => unpackLayer(host, { blob, root: "/var/layer", below: ["/var/below"], limits: LIMITS }));
      assert.equal(worldOf(host, "/var/layer"), before);
    });
  });
  it("damaged after they were packed", async () => {
    await checkAsync(
      fc.record({ damages: fc.array(damage, { minLength: 1, maxLength: 3 }) }),
      80,
      async ({ damages }) => {
        const host = layerMachine();
        const blob = chunked(damages.reduce(damaged, new Uint8Array(gzipSync(ROOTFS))), 100);
        await refusedOrDone(() => unpackLayer(host, { blob, root: "/var/layer", below: [], limits: LIMITS }));
      },
    );
  });
  it("read as entries", async () => {
    await checkAsync(hostileTar, 250, async (bytes) => {
      await refusedOrDone(async () => {
        for await (const each of readTar(chunked(bytes, 333))) {
          assert.ok(Number.isSafeInteger(each.size) && each.size >= 0, `size ${each.size}`);
          assert.ok(!each.path.includes("\0") && !each.linkPath.includes("\0"), "NUL in a path");
        }
      });
    });
  });
});

describe("archives with anything in them", () => {
  const MANIFEST = [{ Config: "c.json", RepoTags: ["app:1"], Layers: ["0/layer.tar"] }];
  it("docker's, with another manifest.json", async () => {
    await checkAsync(mutatedJson([MANIFEST]), 40, async (manifest) => {
      await loadFrom(dockerArchive({ layers: [ROOTFS] }, [{ path: "manifest.json", body: manifest }]));
    });
  });
  it("docker's and others, damaged", async () => {
    const whole = dockerArchive({ layers: [ROOTFS] });
    await checkAsync(fc.array(damage, { minLength: 1, maxLength: 3 }), 40, (damages) =>
      loadFrom(damages.reduce(damaged, whole)),
    );
  });
  it("root file systems, to import", async () => {
    await checkAsync(hostileTar, 60, async (bytes) => {
      const on = machine();
      put(on.host, "/tmp/r.tar", bytes);
      const done = await attemptAsync(() => on.images.import("/tmp/r.tar", { reference: "app" }));
      if (done === undefined) assert.deepEqual(remains(on), [], "something of a refused archive stayed");
    });
  });
});

async function loadFrom(bytes: Uint8Array): Promise<void> {
  const on = machine();
  put(on.host, "/tmp/a.tar", bytes);
  const done = await attemptAsync(() => on.images.load("/tmp/a.tar"));
  if (done === undefined) assert.deepEqual(remains(on), [], "something of a refused archive stayed");
}

describe("layers on the real host", () => {
  it("reach the layer's directory and nothing else", unless(needs.root), async () => {
    const host = await openHost();
    const directory = mkdtempSync(join(tmpdir(), "minke-fuzz-"));
    try {
      const outside = join(directory, "outside");
      mkdirSync(join(outside, "x"), { recursive: true });
      writeFileSync(join(outside, "passwd"), "root");
      const times = ["passwd", "x"].map((name) => lstatSync(join(outside, name)).mtimeMs);
      await checkAsync(fc.array(realEntry(outside), { maxLength: 6 }), 40, async (entries) => {
        const root = join(directory, "layer");
        rmSync(root, { recursive: true, force: true });
        mkdirSync(root);
        await refusedOrDone(() => unpackLayer(host, { blob: chunked(tar(entries)), root, below: [], limits: LIMITS }));
        rmSync(root, { recursive: true, force: true });
        assert.deepEqual(readdirSync(directory), ["outside"]);
        assert.deepEqual(readdirSync(outside).sort(), ["passwd", "x"]);
        assert.equal(readFileSync(join(outside, "passwd"), "utf8"), "root");
        assert.equal(lstatSync(join(outside, "passwd")).mode & 0o7777, 0o644);
        assert.deepEqual(
          ["passwd", "x"].map((name) => lstatSync(join(outside, name)).mtimeMs),
          times,
        );
      });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

/** Entries that try for one directory outside of the layer. */
function realEntry(outside: string): fc.Arbitrary<TestEntry> {
  const ways = [
    outside,
    "../outside",
    "..",
    "a",
    "a/b",
    "b",
    "a/passwd",
    "b/passwd",
    `${outside}/passwd`,
    "../outside/passwd",
  ];
  return fc.record(
    {
      path: fc.constantFrom(
        "a",
        "b",
        "a/b",
        "a/passwd",
        "b/passwd",
        "a/x",
        "a/x/",
        "b/",
        "a/",
        ".wh.passwd",
        "a/.wh.passwd",
        "a/.wh..wh..opq",
        ".",
      ),
      type: fc.constantFrom("0", "1", "2", "2", "5", "6"),
      linkPath: fc.constantFrom(...ways),
      body: fc.constantFrom("", "evil"),
      mode: fc.constantFrom(0o4777, 0o600),
      uid: fc.constantFrom(0, 1000),
    },
    { requiredKeys: ["path", "type", "linkPath"] },
  );
}
