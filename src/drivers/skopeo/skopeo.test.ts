import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunOptions, RunResult } from "../../host/ports.ts";
import { copyArgs, inspectArgs, listTagsArgs } from "./args.ts";
import { openSkopeo } from "./driver.ts";
import { lineSplitter, reasonOf, tagsOf } from "./reply.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("renders argv", () => {
  assert.deepEqual(
    copyArgs(
      {
        source: "docker://r/a:1",
        destination: "oci:/t:image",
        sourceAccess: { tlsVerify: false, authFile: "/auth", certDir: "/certs" },
        sharedBlobs: "/blobs",
        retries: 3,
      },
      { insecurePolicy: true, os: "linux", architecture: "arm64", variant: "v8", registriesConf: "/r.conf" },
    ).join(" "),
    "--insecure-policy --registries-conf /r.conf --override-os linux --override-arch arm64 --override-variant v8 copy --src-tls-verify=false --src-authfile /auth --src-cert-dir /certs --dest-shared-blob-dir /blobs --dest-oci-accept-uncompressed-layers --retry-times 3 -- docker://r/a:1 oci:/t:image",
  );
  assert.deepEqual(
    copyArgs(
      {
        source: "dir:/a",
        destination: "docker://r/a",
        destinationAccess: { tlsVerify: true },
        format: "v2s1",
        digestFile: "/d",
      },
      {},
    ).join(" "),
    "copy --dest-tls-verify=true --format v2s1 --digestfile /d -- dir:/a docker://r/a",
  );
  assert.deepEqual(
    inspectArgs("docker://r/a", { config: true, access: { tlsVerify: false } }, {}).join(" "),
    "inspect --raw --config --tls-verify=false -- docker://r/a",
  );
  assert.deepEqual(listTagsArgs("docker://r/a", undefined, {}), ["list-tags", "--", "docker://r/a"]);
});

test("finds the reason in what skopeo logs", () => {
  for (const [stderr, reason] of [
    [
      'time="2026-01-01T00:00:00Z" level=warning msg="x"\ntime="2026-01-01T00:00:00Z" level=fatal msg="initializing source docker://r/a:1: reading manifest 1 in r/a: manifest unknown"\n',
      "reading manifest 1 in r/a: manifest unknown",
    ],
    [
      'time="t" level=fatal msg="Error parsing image name \\"docker://r/a:1\\": pinging container registry r: Get \\"https://r/v2/\\": refused"',
      'pinging container registry r: Get "https://r/v2/": refused',
    ],
    ["panic: x\n", "panic: x"],
    ["", ""],
  ] as const)
    assert.equal(reasonOf(bytes(stderr)), reason);
});

test("reads tags and lines", () => {
  assert.deepEqual(tagsOf(bytes('{"Repository":"r/a","Tags":["1","2"]}')), ["1", "2"]);
  assert.throws(() => tagsOf(bytes("{}")), TypeError);
  const lines: string[] = [];
  const feed = lineSplitter((line) => lines.push(line));
  for (const part of ["Copying bl", "ob a\n\nCopying", " config b\nrest"]) feed(bytes(part));
  assert.deepEqual(lines, ["Copying blob a", "Copying config b"]);
});

test("turns every way to end into a result or an error", async () => {
  const answer = (more: object): RunResult =>
    ({
      argv: [],
      stdout: bytes("out"),
      stderr: bytes(""),
      milliseconds: 1,
      outcome: "exited",
      code: 0,
      ...more,
    }) as RunResult;
  const calls: RunOptions[] = [];
  const open = (result: RunResult) =>
    openSkopeo({
      processes: {
        run: async (_path, _args, options) => {
          calls.push(options);
          return result;
        },
      },
      path: "/usr/bin/skopeo",
      env: { A: "b" },
      global: {},
    });
  assert.deepEqual(await open(answer({})).manifest("docker://r/a"), bytes("out"));
  assert.equal(calls[0]?.onStdout, undefined);
  for (const [result, detail] of [
    [answer({ code: 1, stderr: bytes('level=fatal msg="no"') }), "skopeo: no"],
    [answer({ code: 3 }), "skopeo: exit code 3"],
    [answer({ outcome: "signalled", signal: "SIGKILL" }), "skopeo: ended by signal SIGKILL"],
    [answer({ outcome: "not-started", errno: "ENOENT" }), "skopeo: cannot be started: ENOENT"],
  ] as const)
    await assert.rejects(open(result).copy({ source: "a", destination: "b" }), { message: detail });
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  await assert.rejects(open(answer({})).tags("docker://r/a", undefined, { signal: controller.signal }), /enough/);
});
