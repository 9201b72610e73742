import { fail, isEngineError, messageOf } from "../../../base/errors.ts";
import type { WaitCondition } from "../../../engine/api/containers.ts";
import { parseDuration } from "../../../model/notation/durations.ts";
import { namesOrLatest } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { list, text } from "../../flag-kinds.ts";
import { errorLine } from "../../render/escape.ts";
import { LATEST, namedContainers } from "./selection.ts";

const CONDITIONS: Readonly<Record<string, WaitCondition>> = {
  created: "created",
  exited: "exited",
  healthy: "healthy",
  initialized: "initialized",
  paused: "paused",
  ready: "ready",
  removing: "removing",
  running: "running",
  stopped: "stopped",
  stopping: "stopping",
  unhealthy: "unhealthy",
  unknown: "unknown",
};

function conditionOf(word: string): WaitCondition {
  const condition = Object.hasOwn(CONDITIONS, word) ? CONDITIONS[word] : undefined;
  if (condition === undefined)
    throw fail("INVALID_ARGUMENT", { message: `unknown container state: ${word}: invalid argument` });
  return condition;
}

/** Milliseconds: a duration, or a bare number of them. */
function intervalOf(value: string): number {
  return /^\d+$/.test(value) ? Number(value) : parseDuration(value);
}

/** `container wait`. */
export const wait = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Waits until each container has ended, or is in one of the given states, and prints its exit code.",
  examples: ["wait web", "wait --condition running --condition exited web"],
  flags: {
    condition: list("State to wait for, may be given several times"),
    interval: text("Accepted for podman's sake: changes are noticed when they happen", {
      short: "i",
      default: "250ms",
    }),
    latest: LATEST,
  },
  args: namesOrLatest((command) => `"${command}" requires a name, id, or the "--latest" flag`),
  run: async (io, input) => {
    if (intervalOf(input.flags.interval) === 0)
      throw fail("INVALID_ARGUMENT", { message: "interval must be greater then 0" });
    const conditions = input.flags.condition.map(conditionOf);
    const options = { signal: io.signal, ...(conditions.length > 0 ? { conditions } : {}) };
    let code: number = EXIT.ok;
    for (const ref of await namedContainers(io, input)) {
      try {
        await io.out(`${await io.engine.containers.wait(ref, options)}\n`);
      } catch (error) {
        if (!isEngineError(error) || io.signal.aborted) throw error;
        io.err(errorLine(messageOf(error)));
        code = EXIT.engine;
      }
    }
    return code;
  },
});
