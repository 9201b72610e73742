import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { isEngineError } from "../../base/errors.ts";
import { GoTime } from "./go-time.ts";
import { compileTemplate, renderRows } from "./template.ts";

const ROW = {
  Id: "93fa79644ffa",
  Name: "z1",
  Labels: new Map([
    ["x", "<&>"],
    ["a", "b"],
  ]),
  Containers: [],
  List: ["one", "two", "three"],
  Nested: { network_interface: "minke0", IPv6: true },
  CreateInfra: false,
  InfraConfig: null,
  Count: 3,
  Created: new GoTime(1_796_017_166_335_179_037n),
  Label: (key: unknown) => `label-${String(key)}`,
};

const render = (format: string) => renderRows(format, [ROW], { name: "inspect" });

/** Output of podman 4.3.1 for the same template and the same object, without the last line end. */
const RENDERED: readonly (readonly [string, string])[] = [
  ['{{.Labels.a}} {{.Labels.b}} {{index .Labels "b"}}|', "b <no value> |"],
  ["{{.Labels}} {{len .Labels}} {{.Containers}} {{.InfraConfig}}", "map[a:b x:<&>] 2 [] <nil>"],
  ["{{.Created}}", "2026-11-30 05:39:26.335179037 +0000 UTC"],
  ['{{if .CreateInfra}}yes{{else if eq .Name "z1"}}z{{else}}no{{end}}', "z"],
  ["{{with .Labels}}{{.a}}{{else}}none{{end}}{{with .Containers}}x{{else}}none{{end}}", "bnone"],
  ["{{$x := .Name}}{{$x}} {{range $k, $v := .Labels}}{{$k}}={{$v}},{{end}}", "z1 a=b,x=<&>,"],
  ["{{range .Containers}}c{{else}}none{{end}}", "none"],
  ["{{range $i, $e := .List}}{{$i}}{{$e}};{{end}}", "0one;1two;2three;"],
  ['{{range .List}}{{if eq . "two"}}{{continue}}{{end}}{{.}},{{end}}', "one,three,"],
  ['{{range .List}}{{if eq . "two"}}{{break}}{{end}}{{.}},{{end}}', "one,"],
  ["{{$n := 0}}{{range .List}}{{$n = len .}}{{end}}{{$n}}", "5"],
  ['{{slice .Name 0 1}} {{print 1 2 "a" "b" 3}} {{println "x"}}', "z 1 2ab3 x\n"],
  ["{{slice .List 1}}", "[two three]"],
  [
    '{{printf "%v %d %s %q %5.2f %x %t %T %+v %%" .Labels 3 "s" "q" 1.5 255 true "s" .Labels}}',
    'map[a:b x:<&>] 3 s "q"  1.50 ff true string map[a:b x:<&>] %',
  ],
  [
    '{{printf "%-10s|%5d|%05d|%+d|%X|%c|%U|%o|%b|%e" .Name 3 42 7 255 97 97 8 5 1234.5}}',
    "z1        |    3|00042|+7|FF|a|U+0061|10|101|1.234500e+03",
  ],
  [
    '{{printf "%d %s" "x" 1}} {{printf "%d"}} {{printf "%s" "a" 1}} {{printf "%z" 1}}',
    "%!d(string=x) %!s(int=1) %!d(MISSING) a%!(EXTRA int=1) %!z(int=1)",
  ],
  ['{{not true}} {{and 1 0}} {{or 0 "x"}} {{lt 1 2}} {{ne "a" "b"}} {{eq 1 2 1}}', "false 0 x true true true"],
  ["{{le 2 2}} {{ge 1 2}} {{gt 3 2}}", "true false true"],
  // The second operand of `and` is not looked at once the first has decided.
  ["{{and .InfraConfig .InfraConfig.Networks}}", "<nil>"],
  ['{{ .Name | upper | printf "%s-%s" "x" }}', "x-Z1"],
  ["{{/* c */}}x{{- /* c */ -}} y", "xy"],
  ["a {{- .Name -}} b", "az1b"],
  [
    "{{1.5}} {{0x10}} {{1e3}} {{`raw`}} {{true}} {{'a'}} {{-4}} {{017}} {{1_000}}",
    "1.5 16 1000 raw true 97 -4 15 1000",
  ],
  ['{{(.Name)}} {{(index .Labels "a") | upper}} {{len (printf "%s" .Name)}}', "z1 B 2"],
  ["{{json .Labels}} {{json .Created}} {{json .Name}}", '{"a":"b","x":"<&>"} "2026-11-30T05:39:26.335179037Z" "z1"'],
  ['{{join .List ", "}} {{split "a,b" ","}} {{title "ab cd"}} {{lower "AB"}}', "one, two, three [a b] Ab Cd ab"],
  ['{{pad .Name 2 3}}| {{truncate "abcdef" 3}} {{truncate "ab" 5}}', "  z1   | abc ab"],
  ["{{.Nested.NetworkInterface}} {{.Nested.IPv6}} {{.ID}} {{.Created.Unix}}", "minke0 true 93fa79644ffa 1796017166"],
  ['{{.Label "a"}} {{"b" | .Label}}', "label-a label-b"],
  ["{{.Name}}\\t{{.Id}}\\n", "z1\t93fa79644ffa"],
  ['{{"\\t\\x41\\u00e9"}}', "\tA\u00e9"],
  ["plain", "plain"],
  ['{{html "<a>"}} {{urlquery "a b&c"}}', "&lt;a&gt; a+b%26c"],
];

describe("templates render as podman's", () => {
  for (const [format, expected] of RENDERED) it(format, () => assert.equal(render(format), `${expected}\n`));
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["{{.Nope}}", 'inspect:1:13: executing "inspect" at <.Nope>: can\'t evaluate field Nope in type interface {}'],
  [
    "{{.Id}} {{.ID}} {{.Name}} {{.Nope}}",
    'inspect:1:39: executing "inspect" at <.Nope>: can\'t evaluate field Nope in type interface {}',
  ],
  ["{{.Name.Foo}}", 'inspect:1:18: executing "inspect" at <.Name.Foo>: can\'t evaluate field Foo in type string'],
  ["{{.Name 1}}", 'inspect:1:13: executing "inspect" at <.Name>: Name has arguments but cannot be invoked as function'],
  [
    "{{.InfraConfig.X}}",
    'inspect:1:25: executing "inspect" at <.InfraConfig.X>: nil pointer evaluating interface {}.X',
  ],
  [
    '{{lt 1 "a"}}',
    'inspect:1:13: executing "inspect" at <lt 1 "a">: error calling lt: incompatible types for comparison',
  ],
  [
    "{{index .Labels 1}}",
    'inspect:1:13: executing "inspect" at <index .Labels 1>: error calling index: value has type int; should be string',
  ],
  [
    "{{index .Containers 5}}",
    'inspect:1:13: executing "inspect" at <index .Containers 5>: error calling index: index out of range: 5',
  ],
  ["{{range .Name}}x{{end}}", 'inspect:1:19: executing "inspect" at <.Name>: range can\'t iterate over z1'],
  ["{{len 3}}", 'inspect:1:13: executing "inspect" at <len 3>: error calling len: len of type int'],
  ["{{join .Name}}", 'inspect:1:13: executing "inspect" at <join>: wrong number of args for join: want 2 got 1'],
  ["{{nil}}", 'inspect:1:13: executing "inspect" at <nil>: nil is not a command'],
  ["{{end}}", "inspect:1: unexpected {{end}}"],
  ["{{if .Name}}", "inspect:1: unexpected EOF"],
  ["{{if}}", "inspect:1: missing value for if"],
  ["{{ }}", "inspect:1: missing value for command"],
  ["{{$y}}", 'inspect:1: undefined variable "$y"'],
  ['{{"abc}}', "inspect:1: unterminated quoted string"],
  ["{{.Name | nope}}", 'inspect:1: function "nope" not defined'],
  ["a\n{{nope}}", 'inspect:2: function "nope" not defined'],
  ["{{.ID", "inspect:1: bad character U+007B '{'"],
  ["{{.Name | 3}}", "inspect:1: non executable command in pipeline stage 2"],
  ["{{/* a", "inspect:1: unclosed comment"],
  ['{{template "x"}}', "inspect:1: {{template}} is not supported"],
];

describe("bad templates are refused in Go's words", () => {
  for (const [format, expected] of REFUSED)
    it(format, () =>
      assert.throws(() => render(format), { message: `template: ${expected}`, code: "INVALID_ARGUMENT" }),
    );
});

test("a template for one value counts columns from its own start", () => {
  const template = compileTemplate("{{.Client.Version}} {{.Nope}}", { name: "version", typeName: "*define.Version" });
  assert.throws(() => template({ Client: { Version: "1" } }), {
    message:
      'template: version:1:22: executing "version" at <.Nope>: can\'t evaluate field Nope in type *define.Version',
  });
});

test("break needs a range", () => {
  assert.throws(() => compileTemplate("{{break}}", { name: "t" }), {
    message: "template: t:1: {{break}} outside {{range}}",
  });
});

test("inherited properties of objects are no fields", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"])
    assert.throws(() => render(`{{.${name}}}`), /can't evaluate field/);
});

test("deep nesting is refused, not left to the stack", () => {
  assert.throws(() => render(`{{${"(".repeat(5000)}1${")".repeat(5000)}}}`), /max expression depth exceeded/);
  assert.throws(() => render("{{if 1}}".repeat(5000)), /max expression depth exceeded/);
});

test("huge widths are refused as Go refuses them", () => {
  assert.equal(render('{{printf "%99999999d" 1}}'), "%!(BADWIDTH)\n");
});

const PIECES = [
  "{{",
  "}}",
  "{{-",
  "-}}",
  ".",
  ".Name",
  ".Labels",
  ".List",
  "if ",
  "else",
  "end",
  "range ",
  "with ",
  "$x",
  ":=",
  "=",
  "|",
  "(",
  ")",
  ",",
  " ",
  "printf",
  "index ",
  "len ",
  '"%v"',
  '"',
  "'",
  "`",
  "1",
  "-1",
  "0x",
  "1.5",
  "nil",
  "true",
  "/*",
  "*/",
  "\n",
  "eq ",
  "json ",
  "break",
  "é",
  "\\n",
];

test("any text renders or is refused, and never crashes", () => {
  const templates = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join(""));
  const inActions = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => `{{${pieces.join("")}}}`);
  fc.assert(
    fc.property(fc.oneof(templates, inActions, fc.string()), (format) => {
      try {
        assert.equal(typeof render(format), "string");
      } catch (error) {
        if (!isEngineError(error)) throw error;
        assert.match(error.message, /^template: inspect:\d+:/);
      }
    }),
    { numRuns: 3000 },
  );
});

test("printf takes any format and any values", () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string()),
  );
  fc.assert(
    fc.property(fc.string(), fc.array(value), (format, values) => {
      const rows = [{ F: format, V: values }];
      const args = values.map((_, i) => `(index .V ${i})`).join(" ");
      assert.equal(typeof renderRows(`{{printf .F ${args}}}`, rows, { name: "t" }), "string");
    }),
    { numRuns: 500 },
  );
});
