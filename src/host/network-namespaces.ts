import { closeSync, mkdirSync, openSync, statfsSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { openAskTcp } from "./ask-tcp.ts";
import { CLONE_NEWNET, insideNamespace, OWN_NAMESPACE, openNamespace } from "./inside-namespace.ts";
import { check, type Libc } from "./libc.ts";
import { MS_BIND } from "./mount-flags.ts";
import type { NetworkNamespaces } from "./ports.ts";
import { systemCall, unlessMissing } from "./system-call.ts";

const NSFS_MAGIC = 0x6e736673;
const MNT_DETACH = 0x2;
const UMOUNT_NOFOLLOW = 0x8;

/** Makes the empty file that a namespace is bound to. */
function makeTarget(path: string): void {
  systemCall("mkdir", path, () => mkdirSync(dirname(path), { recursive: true, mode: 0o755 }));
  systemCall("open", path, () => closeSync(openSync(path, "wx", 0o444)));
}

/** Binds a namespace file to `path`, or leaves nothing behind. */
function bind(libc: Libc, source: string, path: string): void {
  try {
    check(libc.mount(source, path, "none", MS_BIND, null), "mount", path);
  } catch (error) {
    unlinkSync(path);
    throw error;
  }
}

/**
 * Network namespaces that live as long as a file is bound to them.
 *
 * unshare(2) and setns(2) change the calling thread alone, and nothing awaits between them, so no other code ever runs in
 * the new namespace.
 */
export function openNetworkNamespaces(libc: Libc): NetworkNamespaces {
  const create = (path: string) => {
    const home = openNamespace(OWN_NAMESPACE);
    try {
      makeTarget(path);
      const made = libc.unshare(CLONE_NEWNET);
      if (made < 0) unlinkSync(path);
      check(made, "unshare", path);
      try {
        bind(libc, OWN_NAMESPACE, path);
      } finally {
        check(libc.setns(home, CLONE_NEWNET), "setns", OWN_NAMESPACE);
      }
    } finally {
      closeSync(home);
    }
  };
  return {
    create,
    bindProcess: (pid, path) => {
      makeTarget(path);
      bind(libc, `/proc/${pid}/ns/net`, path);
    },
    remove: (path) => {
      check(libc.umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW), "umount", path, ["EINVAL", "ENOENT", "ENOTDIR"]);
      unlessMissing("unlink", path, () => unlinkSync(path));
    },
    exists: (path) => unlessMissing("statfs", path, () => statfsSync(path).type) === NSFS_MAGIC,
    open: (path) => {
      const fd = openNamespace(path);
      return { fd, [Symbol.dispose]: () => closeSync(fd) };
    },
    inside: (path, body) => insideNamespace(libc, path, body),
    askTcp: openAskTcp(libc),
  };
}
