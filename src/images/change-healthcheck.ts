import type { ImageRunConfig } from "../model/image.ts";
import { parseDuration } from "../model/notation/durations.ts";
import { textArray } from "./json.ts";

type Healthcheck = NonNullable<ImageRunConfig["Healthcheck"]>;

const FIELDS: Readonly<Record<string, "Interval" | "Timeout" | "StartPeriod">> = {
  interval: "Interval",
  timeout: "Timeout",
  "start-period": "StartPeriod",
};

/**
 * HEALTHCHECK in the two forms of a Containerfile: `NONE`, and `[--interval=D] [--timeout=D] [--start-period=D]
 * [--retries=N] CMD command`, where the command is a JSON array or text for the shell.
 *
 * @param invalid makes the error that names the instruction
 */
export function healthcheckOf(value: string, invalid: (reason: string) => Error): Healthcheck {
  if (value.trim().toUpperCase() === "NONE") return { Test: ["NONE"] };
  const times: { -readonly [K in keyof Healthcheck]?: number } = {};
  let rest = value.trim();
  for (let option = /^--([a-z-]+)=(\S+)\s+/.exec(rest); option !== null; option = /^--([a-z-]+)=(\S+)\s+/.exec(rest)) {
    const [whole, name = "", text = ""] = option;
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (field !== undefined) times[field] = nanoseconds(text, invalid);
    else if (name === "retries" && /^[0-9]+$/.test(text)) times.Retries = Number(text);
    else throw invalid(`HEALTHCHECK does not take ${whole.trim()}`);
    rest = rest.slice(whole.length);
  }
  const command = /^CMD\s+(.*\S)$/is.exec(rest)?.[1];
  if (command === undefined) throw invalid('HEALTHCHECK must be "NONE" or "CMD command"');
  const argv = textArray(command);
  return { Test: argv === undefined ? ["CMD-SHELL", command] : ["CMD", ...argv], ...times } as Healthcheck;
}

function nanoseconds(text: string, invalid: (reason: string) => Error): number {
  try {
    return Math.round(parseDuration(text) * 1e6);
  } catch {
    throw invalid(`invalid duration "${text}"`);
  }
}
