import assert from "node:assert/strict";
import { test } from "node:test";
import { chainIdsOf, digestOf } from "./digests.ts";
import { parseImageConfig } from "./image-config.ts";
import { choosePlatform, type ImageIndex, parseManifest } from "./manifest.ts";

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const digest = (text: string) => digestOf(text);
const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest: digest("c"), size: 1 };

test("computes chain ids as the OCI image spec does", () => {
  const [a, b] = [digest("a"), digest("b")];
  assert.deepEqual(chainIdsOf([a, b]), [a, digest(`${a} ${b}`)]);
  assert.deepEqual(chainIdsOf([]), []);
});

test("refuses what is no image's manifest", () => {
  for (const [value, reason] of [
    ["nonsense", /not JSON/],
    [[], /not a JSON object/],
    [{ schemaVersion: 1 }, /schema 1/],
    [{ schemaVersion: 2 }, /no layers/],
    [{ config, layers: [{ digest: "sha256:x", size: 1 }] }, /layers has no sha256 digest/],
    [{ config, layers: [{ digest: digest("l"), size: -1 }] }, /layers has no size/],
    [{ config: { ...config, mediaType: "application/x" }, layers: [] }, /not of an image, but of application\/x/],
    [{ manifests: [1] }, /manifests is not a descriptor/],
  ] as const)
    assert.throws(() => parseManifest(bytes(value)), reason, JSON.stringify(value));
});

test("chooses a manifest by platform", () => {
  const entry = (name: string, platform: object | undefined) => ({
    digest: digest(name),
    size: 1,
    ...(platform && { platform }),
  });
  const index = (...manifests: object[]) => parseManifest(bytes({ schemaVersion: 2, manifests })) as ImageIndex;
  const many = index(
    entry("amd", { os: "linux", architecture: "amd64" }),
    entry("v6", { os: "linux", architecture: "arm", variant: "v6" }),
    entry("v7", { os: "linux", architecture: "arm", variant: "v7" }),
    entry("proof", { os: "unknown", architecture: "unknown" }),
  );
  const chosen = (from: ImageIndex, architecture: string, variant?: string) =>
    choosePlatform(from, { os: "linux", architecture, ...(variant && { variant }) }).digest;
  assert.equal(chosen(many, "amd64"), digest("amd"));
  assert.equal(chosen(many, "arm"), digest("v6"));
  assert.equal(chosen(many, "arm", "v7"), digest("v7"));
  assert.equal(chosen(index(entry("only", undefined)), "amd64"), digest("only"));
  assert.throws(
    () => chosen(many, "riscv64"),
    /no image found in manifest list for architecture "riscv64", OS "linux"/,
  );
  assert.throws(() => chosen(many, "arm", "v8"), /variant "v8"/);
});

test("checks every field of an image config", () => {
  const rootfs = { type: "layers", diff_ids: [digest("a")] };
  const read = parseImageConfig(
    bytes({
      architecture: "amd64",
      os: "linux",
      rootfs,
      config: { Cmd: null, Env: ["A=b"], Labels: { a: "b" } },
      history: null,
    }),
  );
  assert.deepEqual(read.config, { Env: ["A=b"], Labels: { a: "b" } });
  for (const bad of [
    { Env: "A=b" },
    { Env: [1] },
    { Cmd: ["a\0b"] },
    { Labels: { a: 1 } },
    { Volumes: [] },
    { User: 5 },
    { Healthcheck: { Test: "x" } },
  ])
    assert.throws(
      () => parseImageConfig(bytes({ rootfs, config: bad })),
      /image config: \w+ has the wrong type/,
      JSON.stringify(bad),
    );
  assert.throws(() => parseImageConfig(bytes({ rootfs: { diff_ids: ["x"] } })), /rootfs.diff_ids/);
  assert.throws(() => parseImageConfig(bytes({ rootfs, history: [1] })), /history/);
});
