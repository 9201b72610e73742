import { fail } from "../../../base/errors.ts";
import type { LogLine, LogOptions } from "../../../engine/api/containers.ts";
import type { PodSummary } from "../../../engine/api/pods.ts";
import type { ArgumentRule } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, int, text } from "../../flag-kinds.ts";
import { type LogSource, mergeAsTheyCome, mergeByTime, parseLogTime } from "./log-merge.ts";
import { LogPrinter } from "./log-printer.ts";
import { onePod } from "./members.ts";
import { LATEST } from "./selection.ts";

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

const rule: ArgumentRule = ({ args, flags }) => {
  if (flags["latest"] === true && args.length > 0) throw refuse("--latest and containers cannot be used together");
  if (flags["latest"] !== true && args.length === 0) throw refuse("specify at least one pod name or ID to log");
  if (args.length > 1) throw refuse("requires exactly 1 arg");
};

/** The members whose logs are wanted. Throws NO_SUCH_CONTAINER with podman's text for one that is not in the pod. */
function sourcesOf(pod: PodSummary, wanted: string | undefined): readonly LogSource[] {
  if (wanted === undefined) return pod.members;
  const member = pod.members.find((one) => one.id === wanted || one.name === wanted);
  if (!member) throw refuse(`container ${wanted} is not in pod ${pod.config.name}: no such container`);
  return [member];
}

/** Where a container's printed history ends: lines at the very last instant are counted. */
interface Mark {
  readonly timeNs: bigint;
  readonly count: number;
}

/** Lines of a followed log without those that were printed already. */
async function* after(lines: AsyncIterable<LogLine>, mark: Mark | undefined): AsyncGenerator<LogLine> {
  let same = 0;
  for await (const line of lines) {
    if (mark && line.timeNs < mark.timeNs) continue;
    if (mark && line.timeNs === mark.timeNs && same++ < mark.count) continue;
    yield line;
  }
}

interface Request {
  readonly sources: readonly LogSource[];
  readonly printer: LogPrinter;
  readonly range: Pick<LogOptions, "since" | "until" | "tail">;
}

async function printHistory(io: Io, request: Request): Promise<ReadonlyMap<string, Mark>> {
  const marks = new Map<string, Mark>();
  const logs = request.sources.map((source) => ({
    source,
    lines: io.engine.containers.logs(source.id, { ...request.range, signal: io.signal }),
  }));
  for await (const { source, line } of mergeByTime(logs)) {
    const mark = marks.get(source.id);
    marks.set(source.id, { timeNs: line.timeNs, count: mark?.timeNs === line.timeNs ? mark.count + 1 : 1 });
    await request.printer.print(source, line);
  }
  return marks;
}

async function follow(io: Io, request: Request, marks: ReadonlyMap<string, Mark>): Promise<void> {
  const { since, until, tail } = request.range;
  const logs = request.sources.map((source) => {
    const mark = marks.get(source.id);
    const start = mark ? Number(mark.timeNs / 1_000_000n) : since;
    const options = {
      follow: true,
      signal: io.signal,
      ...(start === undefined ? {} : { since: start }),
      ...(until === undefined ? {} : { until }),
      ...(tail === 0 ? { tail } : {}),
    };
    return { source, lines: after(io.engine.containers.logs(source.id, options), mark) };
  });
  for await (const { source, line } of mergeAsTheyCome(logs)) await request.printer.print(source, line);
}

/** `pod logs` (spec/pods.md 3.11). */
export const logs = defineCommand({
  usage: "[options] POD",
  description: "Prints what the containers of a pod wrote, in order of time.",
  examples: ["pod logs web", "pod logs --follow --names web", "pod logs --container db web"],
  flags: {
    color: bool("Tell the containers apart by colour"),
    container: text("Only this container", { short: "c" }),
    details: bool("Accepted for compatibility", { hidden: true }),
    follow: bool("Go on with what is written next", { short: "f" }),
    latest: LATEST,
    names: bool("Show names of containers instead of IDs", { short: "n" }),
    since: text("Only lines from this time on"),
    tail: int("Only the last lines of each container; -1 is all", { default: -1 }),
    timestamps: bool("Show the time of every line", { short: "t" }),
    until: text("Only lines up to this time"),
  },
  args: rule,
  run: async (io, input) => {
    const { flags } = input;
    const since = parseLogTime("since", flags.since, io.now());
    const until = parseLogTime("until", flags.until, io.now());
    const sources = sourcesOf(await onePod(io, input), flags.container);
    const prefix = sources.length < 2 ? "none" : flags.names ? "name" : "id";
    const printer = new LogPrinter(io, { prefix, timestamps: flags.timestamps, colour: flags.color });
    const range = {
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(flags.tail < 0 ? {} : { tail: flags.tail }),
    };
    const request = { sources, printer, range };
    try {
      const marks = await printHistory(io, request);
      if (flags.follow) await follow(io, request, marks);
    } finally {
      await printer.end();
    }
    return EXIT.ok;
  },
});
