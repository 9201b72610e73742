import type { Host } from "../../host/ports.ts";

/** Clock ticks per second of every Linux that containers run on. */
const HZ = 100;
const PAGE = 4096;

/** What /proc says about one process. */
export interface ProcessFacts {
  /** As the container sees it. */
  readonly pid: number;
  readonly hostPid: number;
  readonly parent: number;
  readonly group: number;
  readonly state: string;
  readonly uid: number;
  readonly realUid: number;
  readonly gid: number;
  readonly realGid: number;
  readonly groups: readonly number[];
  readonly nice: number;
  readonly tty: number;
  readonly cpuSeconds: number;
  readonly elapsedSeconds: number;
  /** KiB. */
  readonly virtualSize: number;
  readonly residentSize: number;
  readonly command: string;
  readonly args: string;
  readonly capabilities: Readonly<Record<string, string>>;
  readonly seccomp: string;
}

interface Context {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

interface Column {
  readonly code?: string;
  readonly name: string;
  readonly header: string;
  readonly value: (facts: ProcessFacts, context: Context) => string;
}

const named = (names: ReadonlyMap<number, string>, id: number) => names.get(id) ?? String(id);

/** Descriptors of podman-top(1); a code is optional. */
export const COLUMNS: readonly Column[] = [
  {
    code: "%C",
    name: "pcpu",
    header: "%CPU",
    value: (f) => (f.elapsedSeconds > 0 ? ((f.cpuSeconds / f.elapsedSeconds) * 100).toFixed(3) : "0.000"),
  },
  { code: "%G", name: "group", header: "GROUP", value: (f, c) => named(c.groups, f.gid) },
  { code: "%P", name: "ppid", header: "PPID", value: (f) => String(f.parent) },
  { code: "%U", name: "user", header: "USER", value: (f, c) => named(c.users, f.uid) },
  { code: "%a", name: "args", header: "COMMAND", value: (f) => f.args },
  { code: "%c", name: "comm", header: "COMMAND", value: (f) => f.command },
  { code: "%g", name: "rgroup", header: "RGROUP", value: (f, c) => named(c.groups, f.realGid) },
  { code: "%n", name: "nice", header: "NI", value: (f) => String(f.nice) },
  { code: "%p", name: "pid", header: "PID", value: (f) => String(f.pid) },
  { code: "%r", name: "pgid", header: "PGID", value: (f) => String(f.group) },
  { code: "%t", name: "etime", header: "ELAPSED", value: (f) => duration(f.elapsedSeconds) },
  { code: "%u", name: "ruser", header: "RUSER", value: (f, c) => named(c.users, f.realUid) },
  { code: "%x", name: "time", header: "TIME", value: (f) => duration(f.cpuSeconds) },
  { code: "%y", name: "tty", header: "TTY", value: (f) => ttyName(f.tty) },
  { code: "%z", name: "vsz", header: "VSZ", value: (f) => String(f.virtualSize) },
  { name: "groups", header: "GROUPS", value: (f, c) => f.groups.map((g) => named(c.groups, g)).join(",") },
  { name: "capamb", header: "AMBIENT CAPS", value: (f) => f.capabilities["CapAmb"] ?? "none" },
  { name: "capinh", header: "INHERITED CAPS", value: (f) => f.capabilities["CapInh"] ?? "none" },
  { name: "capprm", header: "PERMITTED CAPS", value: (f) => f.capabilities["CapPrm"] ?? "none" },
  { name: "capeff", header: "EFFECTIVE CAPS", value: (f) => f.capabilities["CapEff"] ?? "none" },
  { name: "capbnd", header: "BOUNDING CAPS", value: (f) => f.capabilities["CapBnd"] ?? "none" },
  { name: "seccomp", header: "SECCOMP", value: (f) => f.seccomp },
  { name: "label", header: "LABEL", value: () => "?" },
  { name: "hpid", header: "HPID", value: (f) => String(f.hostPid) },
  { name: "huser", header: "HUSER", value: (f) => String(f.uid) },
  { name: "hgroup", header: "HGROUP", value: (f) => String(f.gid) },
  { name: "hgroups", header: "HGROUPS", value: (f) => f.groups.join(",") },
  { name: "rss", header: "RSS", value: (f) => String(f.residentSize) },
  { name: "state", header: "STATE", value: (f) => f.state },
  { name: "stime", header: "STIME", value: (f) => duration(f.elapsedSeconds) },
];

/** What podman shows when nothing is asked for. */
export const DEFAULT_COLUMNS: readonly string[] = ["user", "pid", "ppid", "pcpu", "etime", "tty", "time", "args"];

/** Go's way to write a duration of whole seconds with fraction: `1h2m3.5s`. */
function duration(seconds: number): string {
  if (seconds === 0) return "0s";
  const whole = Math.floor(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = Number((seconds - hours * 3600 - minutes * 60).toFixed(2));
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${rest}s`;
}

function ttyName(device: number): string {
  if (device === 0) return "?";
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return major === 136 ? `pts/${minor}` : `tty${minor}`;
}

type Reader = Pick<Host, "files">;

/** Reads one process; undefined if it is gone. */
export function readFacts(host: Reader, hostPid: number): ProcessFacts | undefined {
  const read = (name: string) => host.files.readTextIfExists(`/proc/${hostPid}/${name}`);
  try {
    const stat = read("stat");
    const status = read("status");
    if (stat === undefined || status === undefined) return undefined;
    return factsFrom({
      hostPid,
      stat,
      status,
      cmdline: read("cmdline") ?? "",
      uptime: host.files.readText("/proc/uptime"),
    });
  } catch {
    // ESRCH: it ended while it was read.
    return undefined;
  }
}

interface RawFacts {
  readonly hostPid: number;
  readonly stat: string;
  readonly status: string;
  readonly cmdline: string;
  readonly uptime: string;
}

/** Parses /proc/PID/stat and status (proc(5)). */
export function factsFrom(raw: RawFacts): ProcessFacts {
  const end = raw.stat.lastIndexOf(")");
  const command = raw.stat.slice(raw.stat.indexOf("(") + 1, end);
  const fields = raw.stat.slice(end + 2).split(" ");
  const number = (at: number) => Number(fields[at - 3] ?? 0);
  const lines = new Map(
    raw.status
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()] as const),
  );
  const ids = (key: string) => (lines.get(key) ?? "").split(/\s+/).filter(Boolean).map(Number);
  const [realUid = 0, uid = 0] = ids("Uid");
  const [realGid = 0, gid = 0] = ids("Gid");
  const args = raw.cmdline.split("\0").filter(Boolean).join(" ");
  return {
    pid: ids("NSpid").at(-1) ?? raw.hostPid,
    hostPid: raw.hostPid,
    parent: number(4) === 0 || ids("NSpid").at(-1) === 1 ? 0 : number(4),
    group: number(5),
    state: fields[0] ?? "?",
    uid,
    realUid,
    gid,
    realGid,
    groups: ids("Groups"),
    nice: number(19),
    tty: number(7),
    cpuSeconds: (number(14) + number(15)) / HZ,
    elapsedSeconds: Math.max(0, Number(raw.uptime.split(" ")[0]) - number(22) / HZ),
    virtualSize: Math.floor(number(23) / 1024),
    residentSize: (number(24) * PAGE) / 1024,
    command,
    args: args === "" ? `[${command}]` : args,
    capabilities: Object.fromEntries(
      ["CapAmb", "CapInh", "CapPrm", "CapEff", "CapBnd"].map((key) => [key, lines.get(key) ?? ""]),
    ),
    seccomp: ["disabled", "strict", "filter"][Number(lines.get("Seccomp") ?? 0)] ?? "?",
  };
}
