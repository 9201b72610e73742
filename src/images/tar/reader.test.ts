import assert from "node:assert/strict";
import { test } from "node:test";
import { chunked, concat, paxBody, type TestEntry, tar } from "../../../test/support/tar.ts";
import { BadArchive, printable } from "./bad-archive.ts";
import { readTar, type TarOptions } from "./reader.ts";
import { writeTar } from "./writer.ts";

type Read = Record<string, unknown> & { readonly text: string };

async function readAll(bytes: Uint8Array, chunk = 4096, options: TarOptions = {}): Promise<Read[]> {
  const entries: Read[] = [];
  for await (const { body, ...fields } of readTar(chunked(bytes, chunk), options)) {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part.slice());
    entries.push({ ...fields, text: new TextDecoder().decode(concat(parts)) });
  }
  return entries;
}

async function refusal(bytes: Uint8Array, options: TarOptions = {}): Promise<string> {
  try {
    await readAll(bytes, 4096, options);
  } catch (error) {
    assert.ok(error instanceof BadArchive, String(error));
    return error.message;
  }
  return "taken";
}

const LONG = `${"d".repeat(120)}/${"f".repeat(130)}`;

const READABLE: readonly (readonly [string, TestEntry, Readonly<Record<string, unknown>>])[] = [
  [
    "ustar fields",
    { path: "a/b", body: "hello", mode: 0o4755, uid: 7, gid: 8, mtime: 1_600_000_000 },
    { path: "a/b", type: "file", text: "hello", mode: 0o4755, uid: 7, gid: 8, mtime: 1_600_000_000, size: 5 },
  ],
  ["ustar's prefix", { path: "b", prefix: "a" }, { path: "a/b" }],
  ["a directory by its name", { path: "old/", type: "0" }, { path: "old/", type: "directory", size: 0 }],
  ["GNU long name", { path: "cut", gnuName: LONG }, { path: LONG }],
  ["GNU long link", { path: "l", type: "2", gnuLink: LONG }, { type: "symlink", linkPath: LONG }],
  ["a device", { path: "n", type: "3", major: 1, minor: 3 }, { type: "char", major: 1, minor: 3 }],
  ["a hard link whose header has the file's size", { path: "h", type: "1", linkPath: "f", size: 99 }, { size: 0 }],
  [
    "PAX records",
    { path: "x", body: "", pax: { path: "ü/名", uid: "4000000", mtime: "1.5", "SCHILY.xattr.user.a": "v" } },
    { path: "ü/名", uid: 4_000_000, mtime: 1.5, xattrs: new Map([["user.a", new TextEncoder().encode("v")]]) },
  ],
  ["PAX link path", { path: "l", type: "2", pax: { linkpath: "target" } }, { linkPath: "target" }],
  // A long name's stand-in may be cut in the middle of a character.
  ["a cut name before a PAX path", { path: new Uint8Array([0x61, 0xc3]), pax: { path: "aü" } }, { path: "aü" }],
  [
    "a size in base 256",
    { path: "b", body: "abc", rawSize: Uint8Array.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]) },
    { size: 3, text: "abc" },
  ],
];

test("reads every form of header, however the stream is cut", async () => {
  for (const [name, entry, expected] of READABLE) {
    const bytes = tar([{ path: "first", body: "1" }, entry, { path: "last", body: "9" }]);
    for (const chunk of [1, 7, 511, 512, 4096, bytes.length]) {
      const entries = await readAll(bytes, chunk);
      assert.deepEqual(entries.map(({ path }) => path)[2], "last", `${name}, ${chunk} bytes at a time`);
      for (const [key, value] of Object.entries(expected))
        assert.deepEqual(entries[1]?.[key], value, `${name}: ${key}`);
    }
  }
});

test("skips global headers, volume labels and bodies that nobody reads", async () => {
  const bytes = tar([
    { path: "g", type: "g", body: paxBody({ comment: "x", path: "ignored" }) },
    { path: "label", type: "V" },
    { path: "a", body: "x".repeat(5000) },
    { path: "b" },
  ]);
  const paths: string[] = [];
  for await (const entry of readTar(chunked(bytes))) paths.push(entry.path);
  assert.deepEqual(paths, ["a", "b"]);
});

test("reads on to the very end, so that digests are complete", async () => {
  let read = 0;
  const counted = async function* () {
    for await (const chunk of chunked(concat([tar([{ path: "a" }]), new Uint8Array(9000)]))) {
      read += chunk.length;
      yield chunk;
    }
  };
  for await (const _ of readTar(counted()));
  assert.equal(read, 512 + 1024 + 9000);
});

const whole = tar([{ path: "name", body: "x".repeat(1000) }]);

const REFUSED: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["text", new TextEncoder().encode("hello"), /truncated/],
  ["a block of text", new TextEncoder().encode("hello".repeat(200)), /not a tar header/],
  ["a wrong checksum", tar([{ path: "a", badChecksum: true }]), /wrong checksum/],
  ["a cut header", whole.slice(0, 100), /truncated: ends in the middle of a header/],
  ["a cut body", whole.slice(0, 600), /name: truncated: ends in the middle of this entry/],
  ["cut padding", whole.slice(0, 512 + 1000), /name: truncated/],
  ["a cut PAX header", tar([{ path: "a", pax: { path: "b" } }]).slice(0, 520), /truncated/],
  ["nothing after a PAX header", tar([{ path: "a", pax: { path: "b" } }]).slice(0, 1024), /truncated/],
  ["a sparse file", tar([{ path: "a", type: "S" }]), /a: sparse/],
  ["a sparse file by PAX", tar([{ path: "a", pax: { "GNU.sparse.major": "1" } }]), /a: sparse/],
  ["another volume", tar([{ path: "a", type: "M" }]), /unknown kind of entry "M"/],
  ["a huge PAX header", tar([{ path: "a", type: "x", size: 2 ** 31 }]), /extension header of 2147483648 bytes/],
  ["a huge name", tar([{ path: "a", type: "L", size: 2 ** 31 }]), /extension header/],
  ["a damaged PAX header", tar([{ path: "p", type: "x", body: "9999 path=x\n" }, { path: "a" }]), /damaged PAX/],
  ["a PAX record without length", tar([{ path: "p", type: "x", body: "path=x\n" }, { path: "a" }]), /damaged PAX/],
  ["NUL in a path", tar([{ path: "a", pax: { path: "a\0b" } }]), /NUL in PAX record path/],
  ["a size that is none", tar([{ path: "a", pax: { size: "-5" } }]), /PAX record size is not a number/],
  ["a negative size", tar([{ path: "a", rawSize: new Uint8Array(12).fill(0xff) }]), /negative size/],
  [
    "a size beyond all bounds",
    tar([{ path: "a", rawSize: Uint8Array.from([0x80, ...Array(11).fill(0xff)]) }]),
    /out of range/,
  ],
  [
    "an owner beyond all bounds",
    tar([{ path: "a", pax: { uid: "4294967295" } }]),
    /owner 4294967295:0 is out of range/,
  ],
  ["a name that is not UTF-8", tar([{ path: new Uint8Array([0x61, 0xff]) }]), /not UTF-8/],
];

test("refuses what it cannot read, naming the entry", async () => {
  for (const [name, bytes, reason] of REFUSED) assert.match(await refusal(bytes), reason, name);
});

test("misses the end mark only where it was asked to", async () => {
  const bytes = tar([{ path: "a" }], { end: false });
  assert.equal(await refusal(bytes), "taken");
  assert.match(await refusal(bytes, { needsEnd: true }), /end mark is missing/);
});

test("lets the source go when the reader stops early", async () => {
  let closed = false;
  const source = async function* () {
    try {
      for (;;) yield* chunked(tar([{ path: "a" }], { end: false }));
    } finally {
      closed = true;
    }
  };
  for await (const _ of readTar(source())) break;
  assert.equal(closed, true);
});

test("shows hostile names harmlessly", () => {
  assert.equal(printable("a\u001b[31m\nb"), "a\\x1b[31m\\x0ab");
  assert.equal(printable("x".repeat(5000)).length, 203);
});

test("reads what the writer writes", async () => {
  const members = [
    { path: "f", size: 3, body: new TextEncoder().encode("abc") },
    { path: "l", linkTarget: "../f" },
  ];
  const parts: Uint8Array[] = [];
  for await (const chunk of writeTar(members)) parts.push(chunk);
  const entries = await readAll(concat(parts), 4096, { needsEnd: true });
  assert.deepEqual(
    entries.map(({ path, type, text, linkPath, mode }) => ({ path, type, text, linkPath, mode })),
    [
      { path: "f", type: "file", text: "abc", linkPath: "", mode: 0o444 },
      { path: "l", type: "symlink", text: "", linkPath: "../f", mode: 0o444 },
    ],
  );
  await assert.rejects(async () => {
    for await (const _ of writeTar([{ path: "f", size: 4, body: new Uint8Array(3) }]));
  }, RangeError);
});
