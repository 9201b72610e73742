import { checkMountOptions } from "../model/notation/mount-options.ts";
import { checkTmpfsOptions } from "../model/notation/mounts.ts";
import { invalid } from "./invalid.ts";

const PROPAGATION = [
  "shared",
  "rshared",
  "private",
  "rprivate",
  "slave",
  "rslave",
  "unbindable",
  "runbindable",
] as const;

/** Options of mount(8) that stand in pairs; the first of a group that is there counts. */
const GROUPS: readonly (readonly string[])[] = [
  ["rw", "ro"],
  ["exec", "noexec"],
  ["suid", "nosuid"],
  ["dev", "nodev"],
  PROPAGATION,
  ["bind", "rbind"],
  ["z", "Z"],
  ["copy", "nocopy"],
  ["tmpcopyup", "notmpcopyup"],
];

/** What the engine itself acts on; an OCI runtime must not see them. */
const ENGINE_ONLY = new Set(["z", "Z", "U", "O", "copy", "nocopy", "idmap"]);

const DEVPTS = /^(?:rw|ro|(?:no)?(?:exec|suid)|newinstance|(?:uid|gid|mode|ptm?xmode|max)=[0-9]+)$/;

/**
 * Checks the options of a mount against what its type knows.
 *
 * @throws INVALID_ARGUMENT for an unknown option and for two that exclude each other
 */
export function checkOptions(type: "bind" | "volume" | "tmpfs" | "devpts", options: readonly string[]): void {
  if (type === "bind" || type === "volume") checkMountOptions(options);
  if (type === "tmpfs") checkTmpfsOptions(options);
  const unknown = type === "devpts" ? options.find((option) => !DEVPTS.test(option)) : undefined;
  if (unknown !== undefined) throw invalid(`unknown mount option "${unknown}": invalid mount option`);
}

/** True if one of the options is of the group that holds `member`. */
function hasOneOf(options: readonly string[], member: string): boolean {
  const group = GROUPS.find((g) => g.includes(member)) ?? [];
  return options.some((option) => group.includes(option));
}

/** Options for config.json: the user's without the engine's own, and podman's defaults where a group is missing. */
function complete(options: readonly string[], defaults: readonly string[]): readonly string[] {
  const visible = options.filter((option) => !ENGINE_ONLY.has(option) && !/^(?:upperdir|workdir|idmap)=/.test(option));
  return [...visible, ...defaults.filter((option) => !hasOneOf(visible, option))];
}

/** Options of a bind of a host path. */
export function bindOptions(options: readonly string[]): readonly string[] {
  return complete(options, ["rw", "rprivate", "rbind"]);
}

/** Options of a volume: no set-id programs and devices unless asked for. */
export function volumeOptions(options: readonly string[]): readonly string[] {
  return complete(options, ["rw", "rprivate", "nosuid", "nodev", "rbind"]);
}

/** Options of a tmpfs; what the image has at that place is copied up unless the user says otherwise. */
export function tmpfsOptions(options: readonly string[]): readonly string[] {
  return complete(options, ["rw", "rprivate", "nosuid", "nodev", "tmpcopyup"]).filter(
    (option) => option !== "notmpcopyup",
  );
}

/** Options of a devpts; podman's flag has a spelling of its own for one of them. */
export function devptsOptions(options: readonly string[]): readonly string[] {
  return options.map((option) => option.replace(/^ptxmode=/, "ptmxmode="));
}

/** The propagation that a mount has, without its recursive `r`. */
export function propagationOf(options: readonly string[]): string | undefined {
  const found = options.find((option) => (PROPAGATION as readonly string[]).includes(option));
  return found?.replace(/^r/, "");
}
