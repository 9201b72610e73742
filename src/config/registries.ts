/** One `[[registry]]` of registries.conf, version 2 (containers-registries.conf(5)). */
export interface RegistryEntry {
  /** `*.example.com`, host, or host with path; the longest that matches wins. */
  readonly prefix: string;
  /** What replaces the prefix; empty keeps the name as it is. */
  readonly location: string;
  readonly insecure: boolean;
  readonly blocked: boolean;
  readonly mirrors: readonly RegistryMirror[];
}

export interface RegistryMirror {
  readonly location: string;
  readonly insecure: boolean;
  readonly pullFrom: "all" | "digest-only" | "tag-only";
}

export type ShortNameMode = "enforcing" | "permissive" | "disabled";

/** registries.conf and its drop-ins, merged and frozen. */
export interface RegistriesConfig {
  /** Registries that a name without one is looked for in, in order. */
  readonly unqualifiedSearch: readonly string[];
  readonly shortNameMode: ShortNameMode;
  /** Short name to full name, both without tag. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly registries: readonly RegistryEntry[];
  /** Files that were read, weakest first. */
  readonly sources: readonly string[];
}

/**
 * The entry that rules a full name, which is the one with the longest prefix that matches.
 *
 * @param name `host[:port]/path`, with or without tag or digest
 */
export function findRegistry(config: RegistriesConfig, name: string): RegistryEntry | undefined {
  return config.registries
    .filter((entry) => matchedLength(entry.prefix, name) > 0)
    .sort((a, b) => matchedLength(b.prefix, name) - matchedLength(a.prefix, name))[0];
}

/** Characters of `name` that a prefix covers, up to a border between parts; 0 if it does not match. */
function matchedLength(prefix: string, name: string): number {
  if (!prefix.startsWith("*.")) return name.startsWith(prefix) && isBorder(name, prefix.length) ? prefix.length : 0;
  const suffix = prefix.slice(1);
  const hostEnd = /[/:@]/.exec(name)?.index ?? name.length;
  const end = suffix.includes("/") ? name.indexOf(suffix) + suffix.length : hostEnd;
  const start = end - suffix.length;
  const isMatch = start > 0 && start < hostEnd && name.startsWith(suffix, start) && isBorder(name, end);
  return isMatch ? suffix.length : 0;
}

function isBorder(name: string, at: number): boolean {
  return at === name.length || "/:@".includes(name.charAt(at));
}
