import assert from "node:assert/strict";
import { test } from "node:test";
import { HostError } from "../base/host-error.ts";
import { loadRegistries } from "./load-registries.ts";
import { findRegistry, type RegistriesConfig } from "./registries.ts";

const MAIN = "/etc/containers/registries.conf";
const DROP_IN = "/etc/containers/registries.conf.d";

function load(
  tree: Readonly<Record<string, string>>,
  who: { readonly euid?: number; readonly env?: Readonly<Record<string, string>> } = {},
): RegistriesConfig {
  const files = {
    readTextIfExists: (path: string) => tree[path],
    list: (directory: string) => {
      const names = Object.keys(tree).filter((path) => path.startsWith(`${directory}/`));
      if (names.length === 0) throw new HostError("ENOENT", "readdir", directory);
      return names.map((path) => path.slice(directory.length + 1)).sort();
    },
  };
  return loadRegistries({ files, system: { euid: 0, env: {}, cwd: "/work", ...who } });
}

test("nothing configured is nothing searched", () => {
  const empty = { unqualifiedSearch: [], shortNameMode: "permissive", aliases: {}, registries: [], sources: [] };
  assert.deepEqual(load({}), empty);
});

test("drop-ins replace the search list and entries, and add aliases", () => {
  const config = load({
    [MAIN]: `unqualified-search-registries = ["docker.io"]
short-name-mode = "enforcing"
[[registry]]
location = "one.example/"
insecure = true
[[registry]]
prefix = "*.two.example"
blocked = true
[aliases]
a = "docker.io/library/a"
gone = "docker.io/library/gone"
`,
    [`${DROP_IN}/10.conf`]: `unqualified-search-registries = ["quay.io", "localhost:5000"]
[aliases]
b = "quay.io/b"
gone = ""
`,
    [`${DROP_IN}/20.conf`]: `[[registry]]
prefix = "one.example"
location = "mirror.example/one"
mirror-by-digest-only = true
[[registry.mirror]]
location = "near.example"
insecure = true
[[registry.mirror]]
location = "far.example"
pull-from-mirror = "tag-only"
`,
    "/var/cache/containers/short-name-aliases.conf": '[aliases]\na = "chosen.example/a"\n',
  });
  assert.deepEqual(config.unqualifiedSearch, ["quay.io", "localhost:5000"]);
  assert.equal(config.shortNameMode, "enforcing");
  assert.deepEqual(config.aliases, { a: "chosen.example/a", b: "quay.io/b" });
  assert.deepEqual(config.registries, [
    {
      prefix: "one.example",
      location: "mirror.example/one",
      insecure: false,
      blocked: false,
      mirrors: [
        { location: "near.example", insecure: true, pullFrom: "digest-only" },
        { location: "far.example", insecure: false, pullFrom: "tag-only" },
      ],
    },
    { prefix: "*.two.example", location: "", insecure: false, blocked: true, mirrors: [] },
  ]);
  assert.equal(config.sources.length, 4);
});

test("a user's own file replaces the administrator's, a named one replaces both", () => {
  const tree = {
    [MAIN]: 'unqualified-search-registries = ["etc"]',
    "/home/user/.config/containers/registries.conf": 'unqualified-search-registries = ["own"]',
    "/work/named.conf": 'unqualified-search-registries = ["named"]',
  };
  const user = { euid: 1000, env: { HOME: "/home/user" } };
  assert.deepEqual(load(tree).unqualifiedSearch, ["etc"]);
  assert.deepEqual(load(tree, user).unqualifiedSearch, ["own"]);
  const named = { env: { CONTAINERS_REGISTRIES_CONF: "named.conf" } };
  assert.deepEqual(load(tree, named).unqualifiedSearch, ["named"]);
  assert.throws(() => load({}, named), /named\.conf: no such file/);
});

test("what cannot be is refused by file and key", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["unqualified-search-registries = 'x'", /unqualified-search-registries must be a list of strings/],
    ["unqualified-search-registries = ['http://x']", /http:\/\/x must be given without a scheme/],
    ["short-name-mode = 'maybe'", /short-name-mode must be one of/],
    ["[registries.search]\nregistries = ['x']", /format version 1/],
    ["[[registry]]\ninsecure = true", /needs a prefix or a location/],
    ["[[registry]]\nprefix = 'x.example'", /prefix x\.example needs a location/],
    ["[[registry]]\nlocation = 'x'\nblocked = 'no'", /blocked must be true or false/],
    ["[[registry]]\nlocation = 'x'\n[[registry.mirror]]\ninsecure = true", /registry\.mirror needs a location/],
    ["[[registry]]\nlocation = 'x'\n[[registry.mirror]]\nlocation = 'y'\npull-from-mirror = 'z'", /must be one of all/],
    ["registry = 1", /must be given as \[\[registry\]\]/],
    ["[aliases]\na = 1", /aliases\.a must be a string/],
    ["[aliases", /line 1/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => load({ [MAIN]: text }), { code: "INVALID_ARGUMENT", message }, text);
    assert.throws(() => load({ [MAIN]: text }), new RegExp(`^EngineError: ${MAIN}`), text);
  }
});

test("the longest prefix rules a name", () => {
  const entry = (prefix: string) => ({ prefix, location: "", insecure: false, blocked: false, mirrors: [] });
  const prefixes = ["a.example", "a.example/lib", "a.example:5000", "*.b.example", "c.b.example/x"];
  const config = { ...load({}), registries: prefixes.map(entry) };
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["a.example/app:1", "a.example"],
    ["a.example/lib/app", "a.example/lib"],
    ["a.example/library/app", "a.example"],
    ["a.example:5000/app", "a.example:5000"],
    ["a.example@sha256:0", "a.example"],
    ["a.example.org/app", undefined],
    ["c.b.example/y", "*.b.example"],
    ["d.c.b.example:80/y", "*.b.example"],
    ["c.b.example/x:1", "c.b.example/x"],
    ["b.example/y", undefined],
    ["evil.org/c.b.example/y", undefined],
  ];
  for (const [name, prefix] of cases) assert.equal(findRegistry(config, name)?.prefix, prefix, name);
});
