import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "../base/errors.ts";
import { bool, choice, duration, float, int, list, size, strings, text, uint } from "./flag-kinds.ts";
import { parseFlags } from "./parse-flags.ts";

const TABLE = {
  all: bool("", { short: "a" }),
  tls: bool("", { default: true }),
  name: text("", { short: "n" }),
  time: uint("", { short: "t", aliases: ["timeout"] }),
  last: int(""),
  cpus: float(""),
  env: strings("", { short: "e" }),
  publish: list("", { short: "p" }),
  memory: size(""),
  interval: duration(""),
  sort: choice("", ["id", "names"], { default: "id" }),
};

const given = (args: readonly string[], stopAtFirstArgument = false) => {
  const parsed = parseFlags(TABLE, args, { stopAtFirstArgument });
  return [Object.fromEntries([...parsed.given].map((name) => [name, parsed.values[name]])), parsed.rest];
};

const accepted: readonly (readonly [readonly string[], Record<string, unknown>, readonly string[]])[] = [
  [["x", "--all", "y"], { all: true }, ["x", "y"]],
  [["--all=false"], { all: false }, []],
  [["--tls", "false"], { tls: true }, ["false"]],
  [["--tls=0"], { tls: false }, []],
  [["--name", "--all"], { name: "--all" }, []],
  [["--name=a=b"], { name: "a=b" }, []],
  [["--name="], { name: "" }, []],
  [["-nweb", "-n", "db"], { name: "db" }, []],
  [["-an", "web"], { all: true, name: "web" }, []],
  [["-anweb"], { all: true, name: "web" }, []],
  [["-a=false"], { all: false }, []],
  [["-n=web"], { name: "web" }, []],
  [["-p8080:80", "-p", "1,2"], { publish: ["8080:80", "1", "2"] }, []],
  [["-p", '"a,b",c'], { publish: ["a,b", "c"] }, []],
  [["-e", "A=1,2", "--env", "B"], { env: ["A=1,2", "B"] }, []],
  [["--timeout", "5"], { time: 5 }, []],
  [["--last", "-1"], { last: -1 }, []],
  [["--last", "0x10"], { last: 16 }, []],
  [["--cpus", ".5"], { cpus: 0.5 }, []],
  [["--memory", "1k"], { memory: 1024 }, []],
  [["--interval", "1m1s"], { interval: 61_000 }, []],
  [["--sort", "names"], { sort: "names" }, []],
  [["-a", "--", "-n", "x"], { all: true }, ["-n", "x"]],
  [["-", "-a"], { all: true }, ["-"]],
];

test("flags are read as pflag reads them", () => {
  for (const [args, values, rest] of accepted) assert.deepEqual(given(args), [values, rest], args.join(" "));
});

test("parsing stops at the first argument where the command asks for it", () => {
  assert.deepEqual(given(["-a", "image", "-n", "--foo"], true), [{ all: true }, ["image", "-n", "--foo"]]);
  assert.deepEqual(given(["--", "-a"], true), [{}, ["-a"]]);
});

test("flags that are not given have their defaults", () => {
  const { values } = parseFlags(TABLE, []);
  assert.deepEqual(values, {
    all: false,
    tls: true,
    name: undefined,
    time: undefined,
    last: undefined,
    cpus: undefined,
    env: [],
    publish: [],
    memory: undefined,
    interval: undefined,
    sort: "id",
  });
});

const refused: readonly (readonly [readonly string[], string])[] = [
  [["--foo"], "unknown flag: --foo"],
  [["--foo=1"], "unknown flag: --foo"],
  [["-Z"], "unknown shorthand flag: 'Z' in -Z"],
  [["-aZ", "x"], "unknown shorthand flag: 'Z' in -Z"],
  [["--name"], "flag needs an argument: --name"],
  [["-ae"], "flag needs an argument: 'e' in -e"],
  [["---"], "bad flag syntax: ---"],
  [["--=x"], "bad flag syntax: --=x"],
  [
    ["--all=maybe"],
    `invalid argument "maybe" for "-a, --all" flag: strconv.ParseBool: parsing "maybe": invalid syntax`,
  ],
  [["-t", "abc"], `invalid argument "abc" for "-t, --time" flag: strconv.ParseUint: parsing "abc": invalid syntax`],
  [["-t", "-1"], `invalid argument "-1" for "-t, --time" flag: strconv.ParseUint: parsing "-1": invalid syntax`],
  [["--last="], `invalid argument "" for "--last" flag: strconv.ParseInt: parsing "": invalid syntax`],
  [
    ["--last", "9223372036854775808"],
    `invalid argument "9223372036854775808" for "--last" flag: strconv.ParseInt: parsing "9223372036854775808": value out of range`,
  ],
  [["--cpus", "x"], `invalid argument "x" for "--cpus" flag: strconv.ParseFloat: parsing "x": invalid syntax`],
  [["--sort", "x"], `invalid argument "x" for "--sort" flag: "x" is not a valid value.  Choose from: "id, names"`],
  [
    ["-p", 'a"b'],
    `invalid argument "a\\"b" for "-p, --publish" flag: parse error on line 1, column 2: bare " in non-quoted-field`,
  ],
];

test("bad flags are refused with pflag's texts", () => {
  for (const [args, message] of refused)
    assert.throws(
      () => parseFlags(TABLE, args),
      (error) => messageOf(error) === message,
      `${args.join(" ")}: ${message}`,
    );
});

test("-h asks for help unless the command has that letter", () => {
  assert.equal(parseFlags(TABLE, ["-ah"]).help, true);
  assert.equal(parseFlags({ hostname: text("", { short: "h" }) }, ["-h", "web"]).help, false);
});
