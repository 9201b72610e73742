import { HostError } from "../../base/host-error.ts";
import { EventQueue } from "../event-queue.ts";
import type { OpenFile, Streams } from "../ports.ts";
import type { FakeKernel } from "./kernel.ts";
import { type FakeNode, statOf } from "./tree.ts";

const CHUNK = 64 * 1024;

function openNode(
  kernel: FakeKernel,
  path: string,
  flags: "r" | "nofollow" | "w" | "wx" | "r+" | "a",
  mode: number,
): FakeNode {
  const place = kernel.tree.look("open", path, flags !== "wx" && flags !== "nofollow");
  const reads = flags === "r" || flags === "nofollow";
  if (flags === "nofollow" && place.node?.kind === "symlink") throw new HostError("ELOOP", "open", path);
  if (!reads) kernel.effect("streams", "open", path);
  if (place.node?.kind === "directory" && !reads) throw new HostError("EISDIR", "open", path);
  if (place.node && flags === "wx") throw new HostError("EEXIST", "open", path);
  if (place.node && flags === "w") place.node.data = new Uint8Array();
  if (place.node) return place.node;
  if (reads || flags === "r+" || place.parent === undefined) throw new HostError("ENOENT", "open", path);
  const node = kernel.tree.make("file", mode);
  kernel.tree.attach(place.parent, place.name, node);
  return node;
}

/** Puts bytes at an offset; a gap before them reads as zeros. */
function splice(node: FakeNode, data: Uint8Array, offset: number): void {
  const bytes = new Uint8Array(Math.max(node.data.byteLength, offset + data.byteLength));
  bytes.set(node.data);
  bytes.set(data, offset);
  node.data = bytes;
}

function openFile(
  kernel: FakeKernel,
  path: string,
  flags: "r" | "nofollow" | "w" | "wx" | "r+" | "a",
  mode = 0o600,
): OpenFile {
  const node = openNode(kernel, path, flags, mode);
  const fd = kernel.openDescriptor();
  let own = 0;
  return {
    fd,
    read: (buffer, position) => {
      if (node.kind === "directory") throw new HostError("EISDIR", "read", path);
      const from = position ?? own;
      const part = node.data.subarray(from, from + buffer.byteLength);
      buffer.set(part);
      if (position === null) own += part.byteLength;
      return part.byteLength;
    },
    write: (data) => {
      if (flags === "r" || flags === "nofollow") throw new HostError("EBADF", "write", path);
      const from = flags === "a" ? node.data.byteLength : own;
      splice(node, data, from);
      own = from + data.byteLength;
      kernel.tree.changed(kernel.tree.look("write", path, true));
    },
    stat: () => statOf(node),
    sync: () => {},
    [Symbol.dispose]: () => kernel.closeDescriptor(fd),
  };
}

function watch(kernel: FakeKernel, directory: string, signal: AbortSignal): AsyncIterable<string> {
  const node = kernel.tree.find("inotify_add_watch", directory, true);
  const queue = new EventQueue<string>({ onReturn: () => stop() });
  const watcher = (name: string) => {
    if (!queue.pending.includes(name)) queue.push(name);
  };
  const stop = () => {
    node.watchers.delete(watcher);
    signal.removeEventListener("abort", stop);
    queue.end();
  };
  node.watchers.add(watcher);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
  return queue;
}

/** Large files of the fake kernel's tree. */
export function openFakeStreams(kernel: FakeKernel): Streams {
  return {
    async *read(path, { start = 0, signal } = {}) {
      signal?.throwIfAborted();
      const { data, kind } = kernel.tree.find("open", path, true);
      if (kind === "directory") throw new HostError("EISDIR", "read", path);
      for (let position = start; position < data.byteLength; position += CHUNK) {
        signal?.throwIfAborted();
        yield data.slice(position, position + CHUNK);
      }
    },
    write: async (path, chunks, options = {}) => {
      options.signal?.throwIfAborted();
      using file = openFile(kernel, path, "wx", options.mode);
      let size = 0;
      for await (const chunk of chunks) {
        options.signal?.throwIfAborted();
        file.write(chunk);
        size += chunk.byteLength;
      }
      return size;
    },
    watch: (directory, { signal }) => watch(kernel, directory, signal),
    open: (path, flags, mode) => openFile(kernel, path, flags, mode),
  };
}
