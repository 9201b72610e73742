import { fail } from "../../../base/errors.ts";
import type { ContainerListOptions, ContainerSummary } from "../../../engine/api/containers.ts";
import type { PortMapping } from "../../../model/container.ts";
import { noArguments } from "../../argument-rules.ts";
import { defineCommand, type Input, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, choice, int, list, text, uint } from "../../flag-kinds.ts";
import { isJsonFormat, renderFormat } from "../../render/format.ts";
import { compareKeys } from "../../render/json.ts";
import { type Column, renderTable } from "../../render/table.ts";
import { imageName, type PsRow, type PsView, psJson, psRow } from "./ps-rows.ts";

const SORTS: Readonly<Record<string, (a: ContainerSummary, b: ContainerSummary) => number>> = {
  command: (a, b) => compareKeys(a.config.command.join(" "), b.config.command.join(" ")),
  created: (a, b) => a.config.createdAt - b.config.createdAt,
  id: (a, b) => compareKeys(a.config.id, b.config.id),
  image: (a, b) => compareKeys(imageName(a), imageName(b)),
  names: (a, b) => compareKeys(a.config.name, b.config.name),
  runningfor: (a, b) => a.config.createdAt - b.config.createdAt,
  size: (a, b) => (a.size?.total ?? 0) - (b.size?.total ?? 0),
  status: (a, b) => compareKeys(a.status, b.status),
};

const FLAGS = {
  all: bool("Show all containers, not only running ones", { short: "a" }),
  external: bool("Accepted for podman's sake", { hidden: true }),
  filter: list("Only containers that match, as key=value", { short: "f" }),
  format: text("Go template, `table` with one, or json"),
  last: int("Show the N newest, in whatever state", { short: "n" }),
  latest: bool("Show the newest, in whatever state", { short: "l" }),
  "no-trunc": bool("Show whole IDs and commands"),
  noheading: bool("Leave the heading out"),
  ns: bool("Show the namespaces", { aliases: ["namespace"] }),
  pod: bool("Show ID and name of the pod", { short: "p" }),
  quiet: bool("Show IDs only", { short: "q" }),
  size: bool("Show sizes", { short: "s" }),
  sort: choice(`Order by ${Object.keys(SORTS).join(", ")}`, Object.keys(SORTS), { default: "created" }),
  sync: bool("Accepted for podman's sake: what is shown is always the truth", { hidden: true }),
  watch: uint("Show it again every so many seconds", { short: "w" }),
};

type Flags = Input<typeof FLAGS>["flags"];

const HEADERS: Readonly<Record<string, string>> = {
  ID: "CONTAINER ID",
  Id: "CONTAINER ID",
  CGROUPNS: "CGROUPNS",
  CreatedHuman: "CREATED",
  ImageID: "IMAGE ID",
  IPC: "IPC",
  IsInfra: "IS INFRA",
  MNT: "MNT",
  NET: "NET",
  PIDNS: "PIDNS",
  Pod: "POD ID",
  PodName: "PODNAME",
  RunningFor: "CREATED",
  State: "STATE",
  USERNS: "USERNS",
  UTS: "UTS",
};

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

function check(flags: Flags): void {
  if (flags.last !== undefined && flags.last >= 0 && flags.latest)
    throw refuse("last and latest are mutually exclusive");
  if (flags.quiet && (flags.size || flags.ns)) throw refuse("quiet conflicts with size and namespace");
  if (flags.size && flags.ns) throw refuse("size and namespace options conflict");
}

function listOptions(flags: Flags): ContainerListOptions {
  const filters = parseFilters(flags.filter);
  const last = flags.latest ? 1 : flags.last;
  return {
    ...(flags.all || filters["status"] !== undefined ? { all: true } : {}),
    ...(last !== undefined && last >= 0 ? { last } : {}),
    ...(flags.size ? { size: true } : {}),
    ...(flags.ns ? { namespaces: true } : {}),
    filters,
  };
}

function columnsOf(flags: Flags): readonly Column<PsRow>[] {
  const pod: readonly Column<PsRow>[] = [
    { header: "POD ID", value: (row) => row.Pod },
    { header: "PODNAME", value: (row) => row.PodName },
  ];
  if (flags.ns)
    return [
      { header: "CONTAINER ID", value: (row) => row.ID },
      { header: "NAMES", value: (row) => row.Names },
      { header: "PID", value: (row) => String(row.Pid) },
      { header: "CGROUPNS", value: (row) => row.CGROUPNS },
      { header: "IPC", value: (row) => row.IPC },
      { header: "MNT", value: (row) => row.MNT },
      { header: "NET", value: (row) => row.NET },
      { header: "PIDNS", value: (row) => row.PIDNS },
      { header: "USERNS", value: (row) => row.USERNS },
      { header: "UTS", value: (row) => row.UTS },
    ];
  return [
    { header: "CONTAINER ID", value: (row) => row.ID },
    { header: "IMAGE", value: (row) => row.Image },
    { header: "COMMAND", value: (row) => row.Command },
    { header: "CREATED", value: (row) => row.CreatedHuman },
    { header: "STATUS", value: (row) => row.Status },
    { header: "PORTS", value: (row) => row.Ports },
    { header: "NAMES", value: (row) => row.Names },
    ...(flags.pod ? pod : []),
    ...(flags.size ? [{ header: "SIZE", value: (row: PsRow) => row.Size }] : []),
  ];
}

/** Id of the container whose network namespace, and with it whose ports, a container has. */
function portsOwner({ config }: ContainerSummary): string {
  return config.namespaces.net.mode === "container" ? config.namespaces.net.id : config.id;
}

/** Published ports of every row; those of a namespace's owner that is not among the rows are looked up. */
async function portsOf(
  io: Io,
  rows: readonly ContainerSummary[],
): Promise<ReadonlyMap<string, readonly PortMapping[]>> {
  const known = new Map(rows.map((row) => [row.config.id as string, row]));
  if (rows.some((row) => !known.has(portsOwner(row))))
    for (const row of await io.engine.containers.list({ all: true }))
      if (!known.has(row.config.id)) known.set(row.config.id, row);
  return new Map(rows.map((row) => [row.config.id, known.get(portsOwner(row))?.config.network.ports ?? []]));
}

async function render(io: Io, flags: Flags): Promise<string> {
  const found = await io.engine.containers.list(listOptions(flags));
  const order = Object.hasOwn(SORTS, flags.sort) ? SORTS[flags.sort] : undefined;
  const rows = order === undefined ? found : [...found].sort(order);
  const json = flags.format !== undefined && isJsonFormat(flags.format);
  if (flags.quiet && !json)
    return rows.map(({ config }) => `${flags["no-trunc"] ? config.id : config.id.slice(0, 12)}\n`).join("");
  const view: PsView = { now: io.now(), noTrunc: flags["no-trunc"], ports: await portsOf(io, rows) };
  const shown = rows.map((row) => psRow(row, view));
  if (flags.format === undefined) return renderTable(columnsOf(flags), shown, { noHeading: flags.noheading });
  return renderFormat(flags.format, shown, {
    name: "ps",
    typeName: "containers.psReporter",
    headers: HEADERS,
    noHeading: flags.noheading,
    json: () => rows.map((row) => psJson(row, view)),
  });
}

/** Clears the screen and goes to its upper left corner. */
const CLEAR = "\x1b[2J\x1b[H";

/** `container ps`. */
export const ps = defineCommand({
  usage: "[options]",
  description: "Lists containers with their state.",
  examples: ["ps -a", 'ps -a --format "{{.ID}} {{.Image}} {{.Labels}}"', "ps --filter status=exited --sort names"],
  flags: FLAGS,
  args: noArguments,
  run: async (io, input) => {
    const { flags } = input;
    check(flags);
    if (!flags.watch) {
      await io.out(await render(io, flags));
      return EXIT.ok;
    }
    for (;;) {
      await io.out(`${CLEAR}${await render(io, flags)}`);
      await io.sleep(flags.watch * 1000);
    }
  },
});
