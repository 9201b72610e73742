import { fail } from "../base/errors.ts";
import type { SecuritySettings } from "../model/container.ts";
import type { OciCapabilities } from "./oci.ts";

/** Every capability that Linux knows (capabilities(7)). */
export const ALL_CAPABILITIES: readonly string[] = [
  "AUDIT_CONTROL",
  "AUDIT_READ",
  "AUDIT_WRITE",
  "BLOCK_SUSPEND",
  "BPF",
  "CHECKPOINT_RESTORE",
  "CHOWN",
  "DAC_OVERRIDE",
  "DAC_READ_SEARCH",
  "FOWNER",
  "FSETID",
  "IPC_LOCK",
  "IPC_OWNER",
  "KILL",
  "LEASE",
  "LINUX_IMMUTABLE",
  "MAC_ADMIN",
  "MAC_OVERRIDE",
  "MKNOD",
  "NET_ADMIN",
  "NET_BIND_SERVICE",
  "NET_BROADCAST",
  "NET_RAW",
  "PERFMON",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYSLOG",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_CHROOT",
  "SYS_MODULE",
  "SYS_NICE",
  "SYS_PACCT",
  "SYS_PTRACE",
  "SYS_RAWIO",
  "SYS_RESOURCE",
  "SYS_TIME",
  "SYS_TTY_CONFIG",
  "WAKE_ALARM",
].map((name) => `CAP_${name}`);

const KNOWN = new Set(ALL_CAPABILITIES);
const ALL = "ALL";

/** `chown` and `CAP_CHOWN` both give `CAP_CHOWN`; `all` gives `ALL`. */
function normalizeCapability(text: string): string {
  const upper = text.toUpperCase();
  if (upper === ALL) return ALL;
  const name = upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  if (!KNOWN.has(name)) throw fail("INVALID_ARGUMENT", { message: `"${name}": unknown capability` });
  return name;
}

/**
 * Normalises a list of capabilities, keeping its order and dropping repeats.
 *
 * @throws INVALID_ARGUMENT for a name that Linux does not know
 */
export function parseCapabilities(names: readonly string[]): readonly string[] {
  return [...new Set(names.map(normalizeCapability))];
}

/**
 * Applies `--cap-add` and `--cap-drop` to a base list, as podman does: dropping `ALL` leaves what is added, adding `ALL`
 * starts from every capability.
 *
 * @param base normalised names
 * @param change.add,change.drop names as the user writes them
 * @returns sorted names
 * @throws INVALID_ARGUMENT for unknown names and for a capability that is both added and dropped
 */
export function mergeCapabilities(
  base: readonly string[],
  change: { readonly add: readonly string[]; readonly drop: readonly string[] },
): readonly string[] {
  const add = parseCapabilities(change.add);
  const drop = parseCapabilities(change.drop);
  if (drop.includes(ALL)) {
    if (add.includes(ALL))
      throw fail("INVALID_ARGUMENT", { message: "adding all caps and removing all caps not allowed" });
    return [...add].sort();
  }
  const both = drop.find((name) => add.includes(name));
  if (both !== undefined)
    throw fail("INVALID_ARGUMENT", { message: `capability "${both}" cannot be dropped and added` });
  const start = add.includes(ALL) ? ALL_CAPABILITIES : [...base, ...add];
  return [...new Set(start)].filter((name) => !drop.includes(name)).sort();
}

/** Capability sets of a process, with what the host could not give. */
export interface CapabilityGrant {
  readonly capabilities: OciCapabilities;
  /** Added by the user but outside the engine's own bounding set. */
  readonly missing: readonly string[];
}

/**
 * Computes a container's capability sets (spec/components.md 4.1). A runtime fails when it is asked for more than the
 * engine holds, so everything is cut to the engine's bounding set (3.5).
 *
 * @param security the container's settings
 * @param options.defaults the engine's default list, names with or without `CAP_`
 * @param options.bounding the engine's bounding set
 * @param options.isRoot the process starts as uid 0: it gets the whole list; others get only what was added for them
 */
export function grantCapabilities(
  security: Pick<SecuritySettings, "privileged" | "capAdd" | "capDrop">,
  options: { readonly defaults: readonly string[]; readonly bounding: readonly string[]; readonly isRoot: boolean },
): CapabilityGrant {
  const held = new Set(options.bounding);
  const cut = (names: readonly string[]) => names.filter((name) => held.has(name));
  const wanted = security.privileged
    ? ALL_CAPABILITIES
    : mergeCapabilities(parseCapabilities(options.defaults), { add: security.capAdd, drop: security.capDrop });
  const bounding = cut(wanted);
  if (options.isRoot) {
    const capabilities = { bounding, effective: bounding, permitted: bounding, inheritable: [], ambient: [] };
    return { capabilities, missing: missingOf(security, held) };
  }
  const known = security.privileged ? security.capAdd.filter(isCapability) : security.capAdd;
  const own = cut(mergeCapabilities([], { add: known, drop: [] }));
  return {
    capabilities: { bounding, effective: own, permitted: own, inheritable: own, ambient: own },
    missing: missingOf(security, held),
  };
}

function isCapability(text: string): boolean {
  const upper = text.toUpperCase();
  return upper === ALL || KNOWN.has(upper) || KNOWN.has(`CAP_${upper}`);
}

function missingOf(security: Pick<SecuritySettings, "privileged" | "capAdd">, held: ReadonlySet<string>) {
  if (security.privileged) return [];
  return parseCapabilities(security.capAdd).filter((name) => name !== ALL && !held.has(name));
}
