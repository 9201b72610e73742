import { HostError } from "../../base/host-error.ts";
import type { Inodes } from "../ports.ts";
import { orMissing } from "./files.ts";
import type { FakeKernel } from "./kernel.ts";
import { type FakeNode, statOf } from "./tree.ts";

/** Metadata of the fake kernel's tree. */
export function openFakeInodes(kernel: FakeKernel): Inodes {
  const { tree } = kernel;
  const look = (path: string, follow: boolean) => orMissing(() => tree.look("stat", path, follow).node);
  const change = (method: string, path: string, apply: (node: FakeNode) => void) => {
    kernel.effect("inodes", method, path);
    const node = tree.find(method, path, false);
    apply(node);
    node.ctimeMs = kernel.clock.now();
  };
  const put = (method: string, path: string, node: FakeNode) => {
    kernel.effect("inodes", method, path);
    tree.put(method, path, node);
  };
  return {
    lstat: (path) => {
      const node = look(path, false);
      return node && statOf(node);
    },
    stat: (path) => {
      const node = look(path, true);
      return node && statOf(node);
    },
    readLink: (path) => {
      const node = tree.find("readlink", path, false);
      if (node.kind !== "symlink") throw new HostError("EINVAL", "readlink", path);
      return node.target;
    },
    symlink: (target, path) => put("symlink", path, Object.assign(tree.make("symlink", 0o777), { target })),
    link: (existing, path) => {
      const node = tree.find("link", existing, false);
      if (node.kind === "directory") throw new HostError("EPERM", "link", existing);
      put("link", path, node);
    },
    chmod: (path, mode) =>
      change("chmod", path, (node) => {
        if (node.kind === "symlink") throw new HostError("EOPNOTSUPP", "chmod", path);
        node.mode = mode & 0o7777;
      }),
    chown: (path, uid, gid) => change("chown", path, (node) => Object.assign(node, { uid, gid })),
    setTimes: (path, _atime, mtime) =>
      change("setTimes", path, (node) => Object.assign(node, { mtimeMs: mtime * 1000 })),
    makeNode: (path, kind, mode, major, minor) => {
      const numbers = kind === "fifo" ? {} : { major, minor };
      put("makeNode", path, Object.assign(tree.make(kind, mode), numbers));
    },
    getXattr: (path, name) => tree.find("lgetxattr", path, false).xattrs.get(name)?.slice(),
    setXattr: (path, name, value) => change("setXattr", path, (node) => node.xattrs.set(name, value.slice())),
    listXattrs: (path) => [...tree.find("llistxattr", path, false).xattrs.keys()].sort(),
    realPath: (path) => {
      const place = tree.look("realpath", path, true);
      if (place.node === undefined) throw new HostError("ENOENT", "realpath", path);
      return place.path;
    },
  };
}
