import type { PodSharing } from "../model/pod.ts";
import { invalid } from "./invalid.ts";

/** What a pod shares unless told otherwise. */
const DEFAULT_NAMES = ["ipc", "net", "uts"];

const NONE: PodSharing = { ipc: false, net: false, uts: false, pid: false, cgroup: false, user: false };

/** True for a `--share` value that means nothing is shared: the whole text, not a word of it. */
export function sharesNothing(share: string): boolean {
  return share === "" || share === "none";
}

function namesOf(share: string): readonly string[] {
  const names = (share.startsWith("+") ? share.slice(1) : share).split(",");
  return share.startsWith("+") ? [...DEFAULT_NAMES, ...names] : names;
}

/**
 * Parses `--share` with podman's quirks (spec/pods.md 1.4): a leading `+` adds to the defaults, `none` ends the list and
 * voids what came before, `user` and empty words count for nothing.
 *
 * @param share comma list
 * @returns what is shared; `user` is decided elsewhere
 * @throws INVALID_ARGUMENT for unknown words and `mnt`
 */
export function parseShare(share: string): PodSharing {
  const shared = new Set<string>();
  for (const name of namesOf(share)) {
    if (name === "none") return NONE;
    if (name === "" || name === "user") continue;
    if (name === "mnt") throw invalid("mount sharing functionality not supported on pod level");
    if (!["ipc", "net", "uts", "pid", "cgroup"].includes(name))
      throw invalid(`invalid kernel namespace to share: ${name}. Options are: cgroup, ipc, net, pid, uts or none`);
    shared.add(name);
  }
  return {
    ipc: shared.has("ipc"),
    net: shared.has("net"),
    uts: shared.has("uts"),
    pid: shared.has("pid"),
    cgroup: shared.has("cgroup"),
    user: false,
  };
}
