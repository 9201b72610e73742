import assert from "node:assert/strict";
import { test } from "node:test";
import { chunked, concat } from "../../../test/support/tar.ts";
import { type TarNode, writeTarNodes } from "./entry-writer.ts";
import { readTar } from "./reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function roundTrip(nodes: readonly TarNode[]) {
  const parts: Uint8Array[] = [];
  const source = async function* () {
    yield* nodes;
  };
  for await (const chunk of writeTarNodes(source())) parts.push(chunk);
  const read = [];
  for await (const { body, ...entry } of readTar(chunked(concat(parts)), { needsEnd: true })) {
    let text = "";
    for await (const chunk of body) text += new TextDecoder().decode(chunk);
    read.push({ ...entry, text });
  }
  return read;
}

const common = { mode: 0o640, uid: 1000, gid: 1001, mtime: 1_700_000_000 };

test("a reader gets back what was written", async () => {
  const long = `${"d".repeat(150)}/ü`;
  const nodes: readonly TarNode[] = [
    { ...common, type: "directory", path: "d/", mode: 0o1777 },
    { ...common, type: "file", path: "d/f", size: 3, body: chunked(bytes("abc")) },
    { ...common, type: "hardlink", path: "h", linkPath: "d/f" },
    { ...common, type: "symlink", path: "l", linkPath: long },
    { ...common, type: "char", path: "null", major: 1, minor: 3 },
    { ...common, type: "fifo", path: "p" },
    { ...common, type: "file", path: long, uid: 3_000_000, gid: 4_000_000_000, mtime: -5 },
    { ...common, type: "file", path: "cap", xattrs: new Map([["security.capability", Uint8Array.from([1, 0, 255])]]) },
  ];
  const read = await roundTrip(nodes);
  for (const [at, { body: _body, xattrs, ...node }] of nodes.entries()) {
    const entry = read[at];
    for (const [key, value] of Object.entries(node))
      assert.deepEqual(entry?.[key as "path"], value, `${node.path} ${key}`);
    assert.deepEqual(entry?.xattrs ?? new Map(), xattrs ?? new Map());
  }
  assert.equal(read[1]?.text, "abc");
});

test("a body that shrinks or grows while it is read keeps its announced size", async () => {
  const [short, long, next] = await roundTrip([
    { ...common, type: "file", path: "short", size: 5, body: chunked(bytes("abc")) },
    { ...common, type: "file", path: "long", size: 2, body: chunked(bytes("abc")) },
    { ...common, type: "file", path: "next" },
  ]);
  assert.deepEqual([short?.text, long?.text, next?.path], ["abc\0\0", "ab", "next"]);
});
