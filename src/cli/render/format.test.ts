import assert from "node:assert/strict";
import { test } from "node:test";
import { isJsonFormat, renderFormat } from "./format.ts";
import { renderInspect } from "./inspect.ts";

const ROWS = [
  { ID: "5abeedaab9d4", Name: "p1", Labels: new Map([["a", "b"]]), CreatedAt: "now" },
  { ID: "1f0f2af9a925", Name: "a much longer name", Labels: new Map(), CreatedAt: "then" },
];
const OPTIONS = { name: "ps", headers: { ID: "POD ID" } };

test("the JSON forms are told from templates", () => {
  for (const format of ["json", "{{json}}", "{{json .}}", " {{ json . }} "])
    assert.equal(isJsonFormat(format), true, format);
  for (const format of ["{{json .ID}}", "table json", "jsonx", ""]) assert.equal(isJsonFormat(format), false, format);
});

test("a table format separates columns at blanks and tabs and has headings", () => {
  assert.equal(
    renderFormat("table {{.ID}}\\t{{.Name}} {{.CreatedAt}} {{len .Labels}}", ROWS, OPTIONS),
    [
      "POD ID        NAME                CREATED AT  LABELS",
      "5abeedaab9d4  p1                  now         1",
      "1f0f2af9a925  a much longer name  then        0",
      "",
    ].join("\n"),
  );
});

test("headings stand without rows, and can be left out", () => {
  assert.equal(renderFormat("table {{.Name}} {{.ID}}", [], OPTIONS), "NAME        POD ID\n");
  assert.equal(renderFormat("table {{.Name}}", ROWS.slice(0, 1), { ...OPTIONS, noHeading: true }), "p1\n");
});

test("blanks inside of an action do not separate columns", () => {
  assert.equal(
    renderFormat('table {{printf "%s %s" .Name "x"}} {{.ID}}', ROWS.slice(0, 1), OPTIONS),
    "NAME        POD ID\np1 x        5abeedaab9d4\n",
  );
});

test("without `table` tabs stay and there is no heading", () => {
  assert.equal(
    renderFormat("{{.ID}}\\t{{.Name}}", ROWS, OPTIONS),
    "5abeedaab9d4\tp1\n1f0f2af9a925\ta much longer name\n",
  );
  assert.equal(renderFormat("{{.ID}}", [], OPTIONS), "");
});

test("json prints what it is given", () => {
  assert.equal(
    renderFormat("json", ROWS, { ...OPTIONS, json: () => [{ b: 1 }], indent: 4 }),
    '[\n    {\n        "b": 1\n    }\n]\n',
  );
  assert.equal(renderFormat("{{json .}}", [], OPTIONS), "[]\n");
});

test("control characters of a table's cells are made visible", () => {
  assert.equal(
    renderFormat("table {{.Name}}", [{ Name: "a\x1b[31mb" }], { ...OPTIONS, noHeading: true }),
    "a\\x1b[31mb\n",
  );
});

test("inspect prints five blanks a level, and one object alone on request", () => {
  const object = { Id: "x", List: ["a"], Empty: {} };
  assert.equal(
    renderInspect(undefined, [object]),
    '[\n     {\n          "Id": "x",\n          "List": [\n               "a"\n          ],\n          "Empty": {}\n     }\n]\n',
  );
  assert.equal(renderInspect("json", [{ Id: "x" }], { single: true }), '{\n     "Id": "x"\n}\n');
  assert.equal(renderInspect("json", [], { single: true }), "[]\n");
  assert.equal(renderInspect("", [{ a: 1 }, { a: 2 }], { single: true }).startsWith("["), true);
});

test("inspect templates see maps, times and empty fields", () => {
  const object = {
    Created: "2026-11-30T05:36:12.289495757Z",
    Labels: { b: "1", a: "2" },
    Networks: { n: { IP: "x" } },
  };
  const zeros = { Labels: new Map(), CgroupPath: "" };
  assert.equal(
    renderInspect("{{.Created}} {{.Labels}} {{.Labels.c}} {{.Networks.n.IP}}[{{.CgroupPath}}]", [object], { zeros }),
    "2026-11-30 05:36:12.289495757 +0000 UTC map[a:2 b:1] <no value> x[]\n",
  );
  assert.equal(renderInspect("{{.Labels}}", [{}], { zeros }), "map[]\n");
});
