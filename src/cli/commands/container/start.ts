import { fail, hasCode, isEngineError } from "../../../base/errors.ts";
import type { Report } from "../../../engine/api/containers.ts";
import { defineCommand, type Input, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";
import { DETACH_KEYS, proxySignals, streamsOf, withForeground } from "./foreground.ts";
import { FILTER, LATEST, latestContainer } from "./selection.ts";

const FLAGS = {
  all: bool("Start all containers"),
  attach: bool("Show its output, and wait for its end", { short: "a" }),
  "detach-keys": DETACH_KEYS,
  filter: FILTER,
  interactive: bool("Pass stdin on, with --attach", { short: "i" }),
  latest: LATEST,
  "sig-proxy": bool("Pass signals on to the process, with --attach", { default: true }),
};

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

async function isRunning(io: Io, id: string): Promise<boolean> {
  const rows = await io.engine.containers.list({ filters: { id: [id], status: ["running"] } });
  return rows.some((row) => row.config.id === id);
}

/** A container that runs already counts as started, but is not printed, as podman has it: undefined. */
async function startOne(io: Io, ref: string): Promise<readonly [Report] | undefined> {
  const id = await io.engine.containers.resolve(ref);
  if (await isRunning(io, id)) return undefined;
  try {
    return [{ input: ref, ok: true, id: await io.engine.containers.start(ref, { signal: io.signal }) }];
  } catch (error) {
    if (!isEngineError(error) || io.signal.aborted) throw error;
    if (hasCode(error, "CONTAINER_STATE") && (await isRunning(io, id))) return undefined;
    return [{ input: ref, ok: false, error: fail("START_FAILED", { id, because: error.message }, { cause: error }) }];
  }
}

async function startAttached(io: Io, ref: string, flags: Input<typeof FLAGS>["flags"]): Promise<number> {
  const { tty } = await streamsOf(io, ref);
  const options = { tty, stdin: flags.interactive, detachKeys: flags["detach-keys"] };
  return await withForeground(io, options, async (stdio) => {
    using _proxy = flags["sig-proxy"] && !tty ? proxySignals(io, ref) : undefined;
    const end = await io.engine.containers.startAttached(ref, stdio, { signal: io.signal });
    return end.reason === "ended" ? end.exitCode : EXIT.ok;
  });
}

async function refsOf(io: Io, { flags, args }: Input<typeof FLAGS>): Promise<readonly string[]> {
  if (flags.latest) return [await latestContainer(io)];
  if (!flags.all && flags.filter.length === 0) return args;
  const rows = await io.engine.containers.list({ all: true, filters: parseFilters(flags.filter) });
  return rows.map((row) => row.config.id);
}

/** `container start`. */
export const start = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Starts containers, what they depend on first.",
  examples: ["start web", "start --attach --interactive shell"],
  flags: FLAGS,
  args: ({ args, flags }) => {
    const all = flags["all"] === true;
    const latest = flags["latest"] === true;
    const attached = flags["attach"] === true || flags["interactive"] === true;
    const filtered = Array.isArray(flags["filter"]) && flags["filter"].length > 0;
    if (all && args.length > 0)
      throw refuse("either start all containers or the container(s) provided in the arguments");
    if (args.length === 0 && !latest && !all && !filtered) throw refuse("start requires at least one argument");
    if (args.length > 0 && latest) throw refuse("--latest and containers cannot be used together");
    if (args.length > 1 && attached) throw refuse("you cannot start and attach multiple containers at once");
    if (all && attached) throw refuse("you cannot start and attach all containers at once");
  },
  run: async (io, input) => {
    const { flags } = input;
    const attached = flags.attach || flags.interactive;
    if (input.given.has("sig-proxy") && flags["sig-proxy"] && !attached)
      throw refuse("you cannot use sig-proxy without --attach: invalid argument");
    const refs = await refsOf(io, input);
    if (attached) return await startAttached(io, refs[0] ?? "", flags);
    for (const ref of refs) await io.engine.containers.resolve(ref); // One wrong name, and nothing is started.
    const reports: Report[] = [];
    for (const ref of refs) reports.push(...((await startOne(io, ref)) ?? []));
    return await printReports(io, reports);
  },
});
