import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { chunked, concat } from "../../test/support/tar.ts";
import { HostError, isHostError } from "../base/host-error.ts";
import { openCompression } from "./compression.ts";

const compression = openCompression();

/** The same bytes every time, and hardly compressible. */
function noise(bytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at * 32 < bytes; at++) parts.push(createHash("sha256").update(String(at)).digest());
  return concat(parts).subarray(0, bytes);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return concat(parts);
}

const CONTENTS = [new Uint8Array(0), new TextEncoder().encode("hello"), new Uint8Array(500_000), noise(300_000)];

test("restores what was compressed, in one part or several", async () => {
  for (const content of CONTENTS) {
    const twice = concat([content, content]);
    const gzip = gzipSync(content);
    const zstd = zstdCompressSync(content);
    for (const chunk of [1000, 100_000]) {
      assert.deepEqual(await collect(compression.gunzip(chunked(gzip, chunk))), content);
      assert.deepEqual(await collect(compression.unzstd(chunked(zstd, chunk))), content);
      assert.deepEqual(await collect(compression.gunzip(chunked(concat([gzip, gzip]), chunk))), twice);
      assert.deepEqual(await collect(compression.unzstd(chunked(concat([zstd, zstd]), chunk))), twice);
    }
    assert.deepEqual(new Uint8Array(gunzipSync(await collect(compression.gzip(chunked(content))))), content);
  }
});

test("tells a stream that is cut anywhere", async () => {
  for (const content of CONTENTS) {
    for (const [packed, restore] of [
      [gzipSync(content), compression.gunzip],
      [zstdCompressSync(content), compression.unzstd],
    ] as const) {
      const { length } = packed;
      for (const cut of new Set(
        [1, 3, 5, 9, Math.floor(length / 2), length - 4, length - 1].filter((at) => at < length),
      ))
        await assert.rejects(
          collect(restore(chunked(packed.subarray(0, cut), 1000))),
          (error) => isHostError(error, "EBADMSG"),
          `${cut} of ${length} bytes`,
        );
    }
  }
});

test("passes errors of the source as they are", async () => {
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield gzipSync(noise(100_000)).subarray(0, 50_000);
    throw new HostError("EIO", "read", "/disk");
  };
  await assert.rejects(collect(compression.gunzip(failing())), (error) => isHostError(error, "EIO"));
});

test("lets the source go when nobody reads on", async () => {
  let closed: (() => void) | undefined;
  const closing = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const endless = async function* () {
    try {
      for (;;) yield gzipSync(noise(10_000));
    } finally {
      closed?.();
    }
  };
  for await (const _ of compression.gunzip(endless())) break;
  await closing;
});
