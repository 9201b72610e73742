import { dirname } from "node:path";
import { HostError } from "../../base/host-error.ts";
import type { Files, WriteOptions } from "../ports.ts";
import type { FakeKernel } from "./kernel.ts";
import { type FakeNode, type Place, topOf } from "./tree.ts";

const DEFAULT_MODE = 0o600;
const NOTHING = ["ENOENT", "ENOTDIR"];

const toBytes = (data: string | Uint8Array) => (typeof data === "string" ? Buffer.from(data) : data.slice());

/** Undefined instead of ENOENT and ENOTDIR. */
export function orMissing<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof HostError && NOTHING.includes(error.errno)) return undefined;
    throw error;
  }
}

class FakeFiles implements Files {
  readonly #kernel: FakeKernel;

  constructor(kernel: FakeKernel) {
    this.#kernel = kernel;
  }

  #effect(method: string, path: string): void {
    this.#kernel.effect("files", method, path);
  }

  #regular(syscall: string, path: string): FakeNode {
    const node = this.#kernel.tree.find(syscall, path, true);
    if (node.kind === "directory") throw new HostError("EISDIR", syscall, path);
    return node;
  }

  readText(path: string): string {
    return Buffer.from(this.readBytes(path)).toString("utf8");
  }

  readTextIfExists(path: string): string | undefined {
    return orMissing(() => this.readText(path));
  }

  readBytes(path: string): Uint8Array {
    return this.#regular("open", path).data.slice();
  }

  writeAtomic(path: string, data: string | Uint8Array, options: WriteOptions = {}): void {
    this.#effect("writeAtomic", path);
    const { tree } = this.#kernel;
    const place = tree.look("rename", path, false);
    if (place.node?.kind === "directory") throw new HostError("EISDIR", "rename", path);
    if (place.parent === undefined) throw new HostError("EBUSY", "rename", path);
    if (place.node) tree.detach("rename", place);
    const node = tree.make("file", options.mode ?? DEFAULT_MODE);
    node.data = toBytes(data);
    tree.attach(place.parent, place.name, node);
  }

  createExclusive(path: string, data: string | Uint8Array, options: WriteOptions = {}): void {
    this.#effect("createExclusive", path);
    const node = this.#kernel.tree.make("file", options.mode ?? DEFAULT_MODE);
    node.data = toBytes(data);
    this.#kernel.tree.put("open", path, node);
  }

  consumeFifo(path: string, data: string): boolean {
    const { node } = this.#kernel.tree.look("open", path, true);
    if (node?.kind !== "fifo" || node.reader === undefined) return false;
    const { reader } = node;
    this.remove(path);
    reader(data);
    return true;
  }

  writeInPlace(path: string, data: string): void {
    this.#effect("writeInPlace", path);
    const place = this.#kernel.tree.look("open", path, true);
    const node = this.#regular("open", path);
    if (node.kind === "fifo") {
      if (node.reader === undefined) throw new HostError("ENXIO", "open", path);
      node.reader(data);
      return;
    }
    const bytes = Buffer.from(data);
    node.data = Buffer.concat([bytes, node.data.subarray(bytes.byteLength)]);
    this.#kernel.tree.changed(place);
  }

  append(path: string, data: string | Uint8Array, options: WriteOptions = {}): void {
    this.#effect("append", path);
    const { tree } = this.#kernel;
    const place = tree.look("open", path, true);
    const node = place.node ?? tree.make("file", options.mode ?? DEFAULT_MODE);
    if (node.kind === "directory") throw new HostError("EISDIR", "open", path);
    node.data = Buffer.concat([node.data, toBytes(data)]);
    if (place.node) tree.changed(place);
    else if (place.parent) tree.attach(place.parent, place.name, node);
  }

  list(path: string): readonly string[] {
    const node = this.#kernel.tree.find("open", path, true);
    if (node.kind !== "directory") throw new HostError("ENOTDIR", "open", path);
    return [...node.entries.keys()].sort();
  }

  makeDir(path: string, mode = 0o755): void {
    const { tree } = this.#kernel;
    const place = orMissing(() => tree.look("mkdir", path, true));
    if (place?.node?.kind === "directory") return;
    if (place?.node) throw new HostError("EEXIST", "mkdir", path);
    if (place?.parent) {
      this.#effect("makeDir", path);
      tree.attach(place.parent, place.name, tree.make("directory", mode));
      return;
    }
    if (dirname(path) === path) throw new HostError("ENOENT", "mkdir", path);
    this.makeDir(dirname(path));
    this.makeDir(path, mode);
  }

  rename(from: string, to: string): void {
    this.#effect("rename", from);
    const { tree } = this.#kernel;
    const source = tree.look("rename", from, false);
    if (source.node === undefined) throw new HostError("ENOENT", "rename", from);
    const target = tree.look("rename", to, false);
    if (`${target.path}/`.startsWith(`${source.path}/`) && target.path !== source.path)
      throw new HostError("EINVAL", "rename", from);
    if (target.node === source.node) return;
    if (target.node) checkReplaceable(source.node, target.node, from);
    if (target.node) tree.detach("rename", target);
    tree.detach("rename", source);
    if (target.parent && source.below) tree.attach(target.parent, target.name, source.below);
  }

  #place(path: string): Place | undefined {
    const place = orMissing(() => this.#kernel.tree.look("unlink", path, false));
    return place?.node ? place : undefined;
  }

  remove(path: string): void {
    const place = this.#place(path);
    if (place === undefined) return;
    this.#effect("remove", path);
    if (place.node?.kind === "directory") throw new HostError("EISDIR", "unlink", path);
    this.#kernel.tree.detach("unlink", place);
  }

  removeDir(path: string): void {
    const place = orMissing(() => this.#kernel.tree.look("rmdir", path, false));
    if (place?.node === undefined) return;
    this.#effect("removeDir", path);
    if (place.node.kind !== "directory") throw new HostError("ENOTDIR", "rmdir", path);
    if ((place.below?.mounts.length ?? 0) === 0 && place.node.entries.size > 0)
      throw new HostError("ENOTEMPTY", "rmdir", path);
    this.#kernel.tree.detach("rmdir", place);
  }

  removeTree(path: string): void {
    const place = this.#place(path);
    if (place === undefined) return;
    this.#effect("removeTree", path);
    this.#removeBelow(place);
  }

  #removeBelow(place: Place): void {
    const { tree } = this.#kernel;
    if ((place.below?.mounts.length ?? 0) > 0) throw new HostError("EBUSY", "rmdir", place.path);
    for (const [name, below] of place.below?.entries ?? [])
      this.#removeBelow({ parent: place.below, name, below, node: topOf(below), path: `${place.path}/${name}` });
    tree.detach("rmdir", place);
  }
}

function checkReplaceable(source: FakeNode, target: FakeNode, path: string): void {
  const [from, to] = [source.kind === "directory", target.kind === "directory"];
  if (from && !to) throw new HostError("ENOTDIR", "rename", path);
  if (!from && to) throw new HostError("EISDIR", "rename", path);
  if (to && target.entries.size > 0) throw new HostError("ENOTEMPTY", "rename", path);
}

/** Files of the fake kernel's tree. */
export function openFakeFiles(kernel: FakeKernel): Files {
  return new FakeFiles(kernel);
}
