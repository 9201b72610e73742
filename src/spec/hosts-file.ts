/** Names that one address answers to. */
export interface HostsEntry {
  readonly ip: string;
  readonly names: readonly string[];
}

export interface HostsInput {
  /** Text of the file that it starts from: the host's /etc/hosts, or empty. */
  readonly base: string;
  /** `name[;name…]:ip` in the user's order; the ip may be `host-gateway`. */
  readonly addHosts: readonly string[];
  /** Address of the host as the container sees it; absent means there is none. */
  readonly hostGateway?: string;
  /** The container's own addresses with its names. */
  readonly own: readonly HostsEntry[];
}

const LOCALHOST: readonly HostsEntry[] = [
  { ip: "127.0.0.1", names: ["localhost"] },
  { ip: "::1", names: ["localhost"] },
];

/** Entries of a hosts file, comments left out. */
export function parseHosts(text: string): readonly HostsEntry[] {
  return text.split("\n").flatMap((line) => {
    const [ip, ...names] = (line.split("#", 1)[0] ?? "").split(/\s+/).filter((word) => word !== "");
    return ip === undefined || names.length === 0 ? [] : [{ ip, names }];
  });
}

/** `name:ip` with the first colon as the border, so that the ip may be IPv6. */
function parseAddHost(text: string, gateway: string | undefined): readonly HostsEntry[] {
  const border = text.indexOf(":");
  const given = text.slice(border + 1);
  const ip = given === "host-gateway" ? gateway : given;
  return ip === undefined || border < 1 ? [] : [{ ip, names: text.slice(0, border).split(";") }];
}

function formatEntry(entry: HostsEntry): string {
  return `${entry.ip}\t${entry.names.join(" ")}\n`;
}

/** Only names that are not taken; nothing if none is left. */
function unseen(entry: HostsEntry, seen: ReadonlySet<string>): HostsEntry | undefined {
  const names = entry.names.filter((name) => !seen.has(name));
  return names.length === 0 ? undefined : { ip: entry.ip, names };
}

/** Without the names that the lines so far have. */
function onlyNew(lines: readonly HostsEntry[], entries: readonly HostsEntry[]): readonly HostsEntry[] {
  const seen = new Set(lines.flatMap((line) => line.names));
  return entries.flatMap((entry) => unseen(entry, seen) ?? []);
}

/**
 * Text of a container's /etc/hosts (spec/components.md 4.5): what the user added and the base file stand as they are;
 * of what the engine adds, only names that are not there yet.
 */
export function renderHosts(input: HostsInput): string {
  const internal =
    input.hostGateway === undefined ? [] : [{ ip: input.hostGateway, names: ["host.containers.internal"] }];
  let lines = [...input.addHosts.flatMap((text) => parseAddHost(text, input.hostGateway)), ...parseHosts(input.base)];
  for (const entries of [LOCALHOST, internal, input.own]) lines = [...lines, ...onlyNew(lines, entries)];
  return lines.map(formatEntry).join("");
}

/**
 * Adds the names of a pod member to the infra's hosts file; names that the file has are left out.
 *
 * @returns the new text, the same if nothing is new
 */
export function addHostsEntry(text: string, entry: HostsEntry): string {
  const seen = new Set(parseHosts(text).flatMap((e) => e.names));
  const fresh = unseen(entry, seen);
  if (fresh === undefined) return text;
  const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return start + formatEntry(fresh);
}

/**
 * Takes out what `addHostsEntry` put in: the names of `entry` from lines with its address.
 *
 * @returns the new text; lines that lose all names are left out
 */
export function removeHostsEntry(text: string, entry: HostsEntry): string {
  const gone = new Set(entry.names);
  const lines = text.split("\n").map((line) => {
    const [parsed] = parseHosts(line);
    if (parsed === undefined || parsed.ip !== entry.ip || !parsed.names.some((name) => gone.has(name))) return line;
    const names = parsed.names.filter((name) => !gone.has(name));
    return names.length === 0 ? undefined : formatEntry({ ip: parsed.ip, names }).trimEnd();
  });
  return lines.filter((line) => line !== undefined).join("\n");
}
