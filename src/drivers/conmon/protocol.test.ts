import assert from "node:assert/strict";
import { test } from "node:test";
import { LineReader, parseSyncLine } from "./protocol.ts";

const LINES: readonly (readonly [string, ReturnType<typeof parseSyncLine>])[] = [
  ['{"data": 4242}', { ok: true, data: 4242 }],
  ['{"data": 0}', { ok: true, data: 0 }],
  ['{"data": -1, "message": "crun: no"}', { ok: false, data: -1, message: "crun: no" }],
  ['{"data": -125}', { ok: false, data: -125, message: "" }],
  ['{"pid": 4242}', undefined],
  ['{"data": "4242"}', undefined],
  ["null", undefined],
  ["conmon: error", undefined],
  ["", undefined],
];

test("a line of conmon is a number, a failure or nothing that it says (spec/components.md 1.3)", () => {
  for (const [line, message] of LINES) assert.deepEqual(parseSyncLine(line), message, line);
});

async function* chunks(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text, "latin1");
}

test("lines come whole, however the pipe cuts them, and the last needs no end", async () => {
  const reader = new LineReader(chunks('{"da', 'ta": 1}\n{"data": 2}\n', "", "\n", "rest \xc3", "\xa4"));
  const lines: (string | undefined)[] = [];
  for (let at = 0; at < 6; at += 1) lines.push(await reader.next());
  assert.deepEqual(lines, ['{"data": 1}', '{"data": 2}', "", "rest ä", undefined, undefined]);
});
