import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../base/errors.ts";
import { formatReference, inRegistry, localName, parseReference } from "./references.ts";
import { localCandidates, pullCandidates } from "./short-names.ts";
import { parseLocation } from "./transports.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

test("parses references as the distribution spec has them", () => {
  for (const [text, expected] of [
    ["busybox", { path: "busybox" }],
    ["busybox:1.36", { path: "busybox", tag: "1.36" }],
    ["team/app", { path: "team/app" }],
    ["localhost/app:x", { domain: "localhost", path: "app", tag: "x" }],
    ["localhost:5000/app", { domain: "localhost:5000", path: "app" }],
    ["quay.io/a/b-c__d.e:T_1", { domain: "quay.io", path: "a/b-c__d.e", tag: "T_1" }],
    [`[::1]:5000/a@${DIGEST}`, { domain: "[::1]:5000", path: "a", digest: DIGEST }],
    [`a:1@${DIGEST}`, { path: "a", tag: "1", digest: DIGEST }],
  ] as const)
    assert.deepEqual(parseReference(text), expected, text);
});

test("refuses what is no reference, naming it", () => {
  for (const text of [
    "",
    "UPPER",
    "a//b",
    "a/",
    "/a",
    "a:",
    "a:-x",
    "a b",
    "-a",
    "a_.b",
    "a@sha256:abc",
    "a@md5:x",
    "http://x/y",
    "bad_host.io/a",
    `a/${"b".repeat(260)}`,
    `a:${"t".repeat(129)}`,
  ])
    assert.throws(
      () => parseReference(text),
      (error) => hasCode(error, "BAD_REFERENCE") && error.data.ref === text,
      text,
    );
});

test("completes names", () => {
  assert.equal(localName("app"), "localhost/app:latest");
  assert.equal(localName("docker.io/app"), "docker.io/library/app:latest");
  assert.equal(localName("index.docker.io/app:1"), "docker.io/library/app:1");
  assert.equal(
    formatReference(inRegistry(parseReference(`app:1@${DIGEST}`), "docker.io")),
    `docker.io/library/app@${DIGEST}`,
  );
  assert.throws(() => localName(`app@${DIGEST}`), /tag by digest not supported/);
});

const registries = {
  unqualifiedSearch: ["reg.example", "other.example/team"],
  shortNameMode: "permissive" as const,
  aliases: { busybox: "docker.io/library/busybox", "team/app": "quay.io/team/app" },
};

test("resolves short names to pull as registries.conf says", () => {
  const pull = (text: string, config = registries) => pullCandidates(text, config).map(formatReference);
  assert.deepEqual(pull("busybox:1"), ["docker.io/library/busybox:1"]);
  assert.deepEqual(pull(`team/app@${DIGEST}`), [`quay.io/team/app@${DIGEST}`]);
  assert.deepEqual(pull("nginx"), ["reg.example/nginx:latest", "other.example/team/nginx:latest"]);
  assert.deepEqual(pull("localhost/x"), ["localhost/x:latest"]);
  // A name that objects have anyway is no alias.
  assert.deepEqual(pull("constructor", { ...registries, unqualifiedSearch: ["r.io"] }), ["r.io/constructor:latest"]);
  assert.throws(
    () => pullCandidates("nginx", { ...registries, unqualifiedSearch: [] }),
    /^EngineError: short-name "nginx" did not resolve to an alias and no unqualified-search registries are defined/,
  );
  assert.throws(
    () => pullCandidates("nginx", { ...registries, shortNameMode: "enforcing" }),
    (error) => hasCode(error, "SHORT_NAME_AMBIGUOUS"),
  );
});

test("looks for short names locally by alias, localhost, search registries, docker.io", () => {
  assert.deepEqual(localCandidates("busybox", registries).map(formatReference), [
    "docker.io/library/busybox:latest",
    "localhost/busybox:latest",
    "reg.example/busybox:latest",
    "other.example/team/busybox:latest",
    "docker.io/library/busybox:latest",
  ]);
});

test("tells transports", () => {
  for (const [text, expected] of [
    ["busybox", { kind: "registry", name: "busybox", explicit: false }],
    ["localhost:5000/a", { kind: "registry", name: "localhost:5000/a", explicit: false }],
    ["docker://busybox", { kind: "registry", name: "busybox", explicit: true }],
    ["oci:/a/b:tag", { kind: "archive", format: "oci", path: "/a/b", reference: "tag" }],
    ["oci-archive:x.tar", { kind: "archive", format: "oci-archive", path: "x.tar" }],
    ["docker-archive:x.tar:a/b:1", { kind: "archive", format: "docker-archive", path: "x.tar", reference: "a/b:1" }],
    ["docker-archive:x.tar:@1", { kind: "archive", format: "docker-archive", path: "x.tar", reference: "@1" }],
    ["dir:/a:b", { kind: "archive", format: "dir", path: "/a:b" }],
    ["containers-storage:x", { kind: "foreign", text: "containers-storage:x" }],
  ] as const)
    assert.deepEqual(parseLocation(text), expected, text);
  assert.throws(
    () => parseLocation("ftp://x/y"),
    (error) => hasCode(error, "BAD_REFERENCE"),
  );
});
