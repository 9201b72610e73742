import { fail, hasCode, messageOf } from "../../../base/errors.ts";
import type { ContainerStats } from "../../../engine/api/containers.ts";
import { defineCommand, type Input, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, int, text } from "../../flag-kinds.ts";
import { renderFormat } from "../../render/format.ts";
import { type Column, renderTable } from "../../render/table.ts";
import { LATEST, latestContainer } from "./selection.ts";
import { type StatsRow, statsJson, statsRow } from "./stats-rows.ts";

const FLAGS = {
  all: bool("Show all containers, not only running ones", { short: "a" }),
  format: text("Go template, `table` with one, or json"),
  interval: int("Seconds between two looks", { short: "i", default: 5 }),
  latest: LATEST,
  "no-reset": bool("Do not clear the screen"),
  "no-stream": bool("Look once"),
  "no-trunc": bool("Show whole IDs"),
};

type StatsInput = Input<typeof FLAGS>;

const COLUMNS: readonly Column<StatsRow>[] = [
  { header: "ID", value: (row) => row.ID },
  { header: "NAME", value: (row) => row.Name },
  { header: "CPU %", value: (row) => row.CPUPerc },
  { header: "MEM USAGE / LIMIT", value: (row) => row.MemUsage },
  { header: "MEM %", value: (row) => row.MemPerc },
  { header: "NET IO", value: (row) => row.NetIO },
  { header: "BLOCK IO", value: (row) => row.BlockIO },
  { header: "PIDS", value: (row) => row.PIDS },
  { header: "CPU TIME", value: (row) => row.UpTime },
  { header: "AVG CPU %", value: (row) => row.AVGCPU },
];

const HEADERS: Readonly<Record<string, string>> = {
  CPUPerc: "CPU %",
  AVGCPU: "AVG CPU %",
  MemUsage: "MEM USAGE / LIMIT",
  MemUsageBytes: "MEM USAGE / LIMIT",
  MemPerc: "MEM %",
  NetIO: "NET IO",
  BlockIO: "BLOCK IO",
  UpTime: "CPU TIME",
};

/** Clears the screen and goes to its upper left corner. */
const CLEAR = "\x1b[2J\x1b[H";

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

async function refsOf(io: Io, { flags, args }: StatsInput): Promise<readonly string[]> {
  if (flags.latest) return [await latestContainer(io)];
  if (args.length > 0) return args;
  const rows = await io.engine.containers.list(flags.all ? { all: true } : {});
  return rows.map((row) => row.config.id);
}

async function look(io: Io, input: StatsInput): Promise<readonly ContainerStats[]> {
  try {
    return await io.engine.containers.stats(await refsOf(io, input));
  } catch (error) {
    if (!hasCode(error, "NO_SUCH_CONTAINER")) throw error;
    const ref = error.data.ref;
    throw refuse(`unable to get list of containers: unable to look up container ${ref}: ${messageOf(error)}`);
  }
}

function render(rows: readonly StatsRow[], format: string | undefined): string {
  if (format === undefined || format === "") return renderTable(COLUMNS, rows);
  return renderFormat(format, rows, {
    name: "stats",
    typeName: "containers.containerStats",
    headers: HEADERS,
    indent: 1,
    json: () => rows.map(statsJson),
  });
}

async function stream(io: Io, input: StatsInput): Promise<number> {
  const { flags } = input;
  let before = new Map<string, { readonly stats: ContainerStats; readonly at: number }>();
  for (;;) {
    const at = io.now();
    const found = await look(io, input);
    const rows = found.map((now) => {
      const earlier = before.get(now.id);
      return statsRow({ now, at, ...(earlier ? { before: earlier } : {}) }, { noTrunc: flags["no-trunc"] });
    });
    const clear = flags["no-reset"] || flags["no-stream"] || flags.format !== undefined ? "" : CLEAR;
    await io.out(`${clear}${render(rows, flags.format)}`);
    if (flags["no-stream"]) return EXIT.ok;
    before = new Map(found.map((stats) => [stats.id, { stats, at }]));
    await io.sleep(flags.interval * 1000);
  }
}

/** `container stats`. */
export const stats = defineCommand({
  usage: "[options] [CONTAINER...]",
  description: "Shows what running containers use of CPU, memory, network and disk.",
  examples: ["stats web", "stats --no-stream --format 'table {{.Name}} {{.MemUsage}}'"],
  flags: FLAGS,
  args: ({ args, flags }) => {
    const ways = [flags["all"] === true, flags["latest"] === true, args.length > 0].filter(Boolean).length;
    if (ways > 1) throw refuse("--all, --latest and containers cannot be used together");
  },
  run: async (io, input) => {
    if (input.flags.interval < 1) throw refuse("invalid interval, must be a positive number greater zero");
    return await stream(io, input);
  },
});
