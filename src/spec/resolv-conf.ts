/** The parts of a resolv.conf that matter to a resolver. */
export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

export interface ResolvConfInput {
  /** Text of the host's file, as `hostResolvConfPath` chose it. */
  readonly host: string;
  /** The user's choices; an empty list means none was made. */
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
  /** What the networks gave. */
  readonly networkServers: readonly string[];
  readonly networkSearch: readonly string[];
  /** The container has a network namespace of its own, so the host's loopback is out of its reach. */
  readonly ownNetns: boolean;
  readonly ipv6: boolean;
}

/** What glibc's resolver falls back to is no use in a container: podman names these. */
const FALLBACK = ["8.8.8.8", "8.8.4.4"];

/** Parses a resolv.conf; the last `search` or `domain` line wins, as resolv.conf(5) has it. */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  const options: string[] = [];
  let search: readonly string[] = [];
  for (const line of text.split("\n")) {
    const [key, ...words] = (line.split(/[#;]/, 1)[0] ?? "").split(/\s+/).filter((word) => word !== "");
    if (key === "nameserver" && words[0] !== undefined) nameservers.push(words[0]);
    if (key === "search" || key === "domain") search = words;
    if (key === "options") options.push(...words);
  }
  return { nameservers, search, options };
}

/**
 * The file with the host's real servers: a local stub resolver can't be reached from another network namespace
 * (spec/components.md 4.6).
 *
 * @param text content of /etc/resolv.conf
 * @param ownNetns the container has a network namespace of its own
 * @returns absolute path; fall back to /etc/resolv.conf if the file isn't there
 */
export function hostResolvConfPath(text: string, ownNetns: boolean): string {
  const { nameservers } = parseResolvConf(text);
  if (ownNetns && nameservers.length === 1) {
    if (nameservers[0] === "127.0.0.53") return "/run/systemd/resolve/resolv.conf";
    if (nameservers[0] === "127.0.0.1") return "/run/NetworkManager/no-stub-resolv.conf";
  }
  return "/etc/resolv.conf";
}

function isLoopback(server: string): boolean {
  return server.startsWith("127.") || server === "::1";
}

function hostServers(input: ResolvConfInput, host: ResolvConf): readonly string[] {
  if (!input.ownNetns) return host.nameservers;
  return host.nameservers.filter((s) => !isLoopback(s) && (input.ipv6 || !s.includes(":")));
}

function searchOf(input: ResolvConfInput, host: ResolvConf): readonly string[] {
  if (input.search.length === 1 && input.search[0] === ".") return [];
  return input.search.length > 0 ? input.search : [...new Set([...input.networkSearch, ...host.search])];
}

/** Text of a container's /etc/resolv.conf (spec/components.md 4.6). */
export function renderResolvConf(input: ResolvConfInput): string {
  const host = parseResolvConf(input.host);
  const ownServers = input.servers.length > 0;
  const found = [...input.networkServers, ...hostServers(input, host)];
  const servers = ownServers ? input.servers : found.length > 0 ? found : FALLBACK;
  const keepsHostServers = !ownServers;
  const options =
    input.options.length > 0 ? [...input.options, ...(keepsHostServers ? host.options : [])] : host.options;
  const search = searchOf(input, host);
  return [
    ...(search.length > 0 ? [`search ${search.join(" ")}`] : []),
    ...[...new Set(servers)].map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${[...new Set(options)].join(" ")}`] : []),
  ]
    .map((line) => `${line}\n`)
    .join("");
}
