import { defined } from "../../../base/defined.ts";
import { fail, messageOf } from "../../../base/errors.ts";
import { parseTime } from "../../../model/notation/times.ts";
import { namesOrLatest } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, int, text } from "../../flag-kinds.ts";
import { printLog } from "./log-lines.ts";
import { LATEST, namedContainers } from "./selection.ts";

/**
 * Value of `--since` or `--until` in milliseconds since the epoch. Throws INVALID_ARGUMENT with podman's text.
 *
 * @param flag name for the message
 */
export function timeFlag(io: Io, flag: "since" | "until", value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  try {
    return parseTime(value, { now: io.now(), ahead: flag === "until" });
  } catch (error) {
    throw fail("INVALID_ARGUMENT", { message: `parsing --${flag} ${JSON.stringify(value)}: ${messageOf(error)}` });
  }
}

/** Flags that container logs and pod logs share. */
export const LOG_FLAGS = {
  color: bool("Show each container in another colour"),
  details: bool("Accepted for docker's sake", { hidden: true }),
  follow: bool("Go on with what comes", { short: "f" }),
  since: text("Only lines after this time (RFC 3339, seconds, or a duration back from now)"),
  tail: int("Only the last N lines, -1 for all", { defaultText: "-1" }),
  timestamps: bool("Show times", { short: "t" }),
  until: text("Only lines before this time"),
};

/** `container logs`. */
export const logs = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Prints what containers wrote to stdout and stderr.",
  examples: ["logs web", "logs --tail 2 --timestamps web", "logs --follow --since 10m web db"],
  flags: { ...LOG_FLAGS, latest: LATEST, names: bool("Show the containers' names", { short: "n" }) },
  args: namesOrLatest(() => "specify at least one container name or ID to log"),
  run: async (io, input) => {
    const { flags } = input;
    const options = defined({
      follow: flags.follow || undefined,
      tail: flags.tail === undefined || flags.tail < 0 ? undefined : flags.tail,
      since: timeFlag(io, "since", flags.since),
      until: timeFlag(io, "until", flags.until),
    });
    const refs = await namedContainers(io, input);
    const ids = await Promise.all(refs.map((ref) => io.engine.containers.resolve(ref)));
    const print = async (id: string, index: number) => {
      const prefix = flags.names && ids.length > 1 ? await nameOf(io, id) : flags.color ? id.slice(0, 12) : "";
      const color = flags.color ? { color: index } : {};
      await printLog(io, id, { ...options, view: { prefix, timestamps: flags.timestamps, ...color } });
    };
    if (flags.follow) await Promise.all(ids.map(print));
    else for (const [index, id] of ids.entries()) await print(id, index);
    return EXIT.ok;
  },
});

async function nameOf(io: Io, id: string): Promise<string> {
  const [row] = await io.engine.containers.list({ all: true, filters: { id: [id] } });
  return row?.config.name ?? id.slice(0, 12);
}
