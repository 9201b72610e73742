import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { builtin } from "./builtin.ts";
import { toFileStat } from "./inodes.ts";
import type { OpenFile, Streams, WriteOptions } from "./ports.ts";
import { systemCall, toHostError } from "./system-call.ts";
import { watchDirectory } from "./watch.ts";

const CHUNK = 256 * 1024;

/** Never waits for the other end of a pipe. */
const NO_FOLLOW = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

async function openHandle(path: string, flags: string, mode?: number): Promise<FileHandle> {
  try {
    return await builtin.fsPromises().open(path, flags, mode);
  } catch (error) {
    throw toHostError(error, "open", path);
  }
}

async function* readChunks(path: string, start: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  const handle = await openHandle(path, "r");
  try {
    for (let position = start; ; ) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(CHUNK), 0, CHUNK, position);
      signal?.throwIfAborted();
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw toHostError(error, "read", path);
  } finally {
    await handle.close();
  }
}

async function writeChunk(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.byteLength; ) done += (await handle.write(chunk, done)).bytesWritten;
}

async function writeChunks(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  options: WriteOptions & { readonly signal?: AbortSignal },
): Promise<number> {
  const mode = options.mode ?? 0o600;
  options.signal?.throwIfAborted();
  const handle = await openHandle(path, "wx", mode);
  let size = 0;
  try {
    fchmodSync(handle.fd, mode);
    for await (const chunk of chunks) {
      options.signal?.throwIfAborted();
      await writeChunk(handle, chunk);
      size += chunk.byteLength;
    }
    if (options.durable) await handle.sync();
  } catch (error) {
    throw toHostError(error, "write", path);
  } finally {
    await handle.close();
  }
  return size;
}

function openFile(path: string, flags: string, mode = 0o600): OpenFile {
  const fd = systemCall("open", path, () => openSync(path, flags === "nofollow" ? NO_FOLLOW : flags, mode));
  let open = true;
  return {
    fd,
    read: (buffer, position) => systemCall("read", path, () => readSync(fd, buffer, 0, buffer.byteLength, position)),
    write: (data) =>
      systemCall("write", path, () => {
        for (let done = 0; done < data.byteLength; ) done += writeSync(fd, data, done);
      }),
    stat: () => systemCall("fstat", path, () => toFileStat(fstatSync(fd))),
    sync: () => systemCall("fsync", path, () => fsyncSync(fd)),
    [Symbol.dispose]: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/** Large files of the real file system. */
export function openStreams(): Streams {
  return {
    read: (path, options = {}) => readChunks(path, options.start ?? 0, options.signal),
    write: (path, chunks, options = {}) => writeChunks(path, chunks, options),
    watch: (directory, { signal }) => watchDirectory(directory, signal),
    open: openFile,
  };
}
