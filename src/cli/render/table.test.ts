import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeControls } from "./escape.ts";
import { renderTable } from "./table.ts";
import { tabulate } from "./tabulate.ts";

const COLUMNS = [
  { header: "POD ID", value: (row: readonly string[]) => row[0] ?? "" },
  { header: "NAME", value: (row: readonly string[]) => row[1] ?? "" },
  { header: "# OF CONTAINERS", value: (row: readonly string[]) => row[2] ?? "" },
];

test("columns are twelve wide or two wider than their widest cell, the last is not padded", () => {
  assert.equal(
    renderTable(COLUMNS, [
      ["5abeedaab9d4", "p1", "3"],
      ["1f0f2af9a925", "", "0"],
    ]),
    "POD ID        NAME        # OF CONTAINERS\n5abeedaab9d4  p1          3\n1f0f2af9a925              0\n",
  );
});

test("the heading stands alone without rows, and nothing without both", () => {
  assert.equal(renderTable(COLUMNS, []), "POD ID      NAME        # OF CONTAINERS\n");
  assert.equal(renderTable(COLUMNS, [], { noHeading: true }), "");
});

test("characters outside of ASCII count once", () => {
  assert.equal(tabulate("äöü\tx\n😀\ty"), "äöü         x\n😀           y");
});

test("a line without tabs ends a column", () => {
  assert.equal(tabulate("a long cell of text\tx\nplain\nb\ty"), "a long cell of text  x\nplain\nb           y");
});

test("cells cannot break out of the table or reach the terminal", () => {
  const out = renderTable(
    [{ header: "H", value: (text: string) => text }],
    ["a\tb\nc", "x\x1b]0;evil\x07", "\u009b31m\u202eabc"],
  );
  assert.equal(out, "H\na b c\nx\\x1b]0;evil\\x07\n\\x9b31m\\u202eabc\n");
});

test("chosen control characters stay, broken text is mended", () => {
  assert.equal(escapeControls("a\tb\nc\r\ud800", { keep: "\n\t" }), "a\tb\nc\\x0d\ufffd");
});
