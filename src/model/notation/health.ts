import { fail, messageOf } from "../../base/errors.ts";
import type { HealthAction, HealthCheck, Probe } from "../container.ts";
import { parseDuration } from "./durations.ts";

/** Texts of the `--health-*` flags; absent is podman's default. */
export interface HealthTexts {
  readonly command: string;
  readonly interval?: string;
  readonly timeout?: string;
  readonly startPeriod?: string;
  readonly startInterval?: string;
  readonly retries?: number;
  readonly onFailure?: string;
}

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

const ACTIONS: readonly HealthAction[] = ["none", "kill", "restart", "stop"];

const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((word) => typeof word === "string");

function parseJsonArray(text: string): readonly string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isStrings(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A health check's command: a shell line, a JSON array with or without `CMD`/`CMD-SHELL` in front, `none` for no check;
 * beyond podman `tcp:PORT` and `http:PORT/PATH`, probed from the network namespace. Throws INVALID_ARGUMENT.
 */
export function parseProbe(text: string): Probe | "none" {
  if (text === "none" || text === "NONE") return "none";
  const tcp = /^tcp:(\d{1,5})$/.exec(text);
  if (tcp) return { kind: "tcp", port: Number(tcp[1]) };
  const http = /^http:(\d{1,5})(\/\S*)?$/.exec(text);
  if (http) return { kind: "http", port: Number(http[1]), path: http[2] ?? "/" };
  const words = parseJsonArray(text);
  if (!words) return { kind: "shell", command: text };
  return probeOfTest(words);
}

/** A probe from an image's or docker's `Test` list. Throws INVALID_ARGUMENT where it names no command. */
export function probeOfTest(words: readonly string[]): Probe | "none" {
  const [first, ...others] = words;
  if (first === "NONE" || first === "none") return "none";
  if (first === "CMD-SHELL") return { kind: "shell", command: others.join(" ") };
  const argv = first === "CMD" ? others : words;
  if (argv.length === 0 || argv[0] === "") throw refuse("must define a healthcheck command for all healthchecks");
  return { kind: "exec", argv };
}

function seconds(label: string, text: string): number {
  try {
    return parseDuration(text) / 1000;
  } catch (error) {
    throw refuse(`invalid ${label}: ${messageOf(error)}`);
  }
}

/** The `--health-*` flags together. Throws INVALID_ARGUMENT with podman's text. */
export function parseHealth(texts: HealthTexts): HealthCheck | "none" {
  const probe = parseProbe(texts.command);
  if (probe === "none") return "none";
  const disabled = texts.interval === "disable";
  const intervalSeconds = disabled ? 0 : seconds("healthcheck-interval", texts.interval ?? "30s");
  const retries = texts.retries ?? 3;
  if (retries < 1) throw refuse("healthcheck-retries must be greater than 0");
  const timeoutSeconds = seconds("healthcheck-timeout", texts.timeout ?? "30s");
  if (timeoutSeconds < 1) throw refuse("healthcheck-timeout must be at least 1 second");
  const startPeriodSeconds = seconds("healthcheck-start-period", texts.startPeriod ?? "0s");
  if (startPeriodSeconds < 0) throw refuse("healthcheck-start-period must be 0 seconds or greater");
  const startInterval =
    texts.startInterval === undefined ? undefined : seconds("healthcheck-start-interval", texts.startInterval);
  if (startInterval !== undefined && startInterval < 0.1)
    throw refuse("healthcheck-start-interval must be at least 0.1 seconds");
  const onFailure = ACTIONS.find((action) => action === (texts.onFailure ?? "none"));
  if (onFailure === undefined)
    throw refuse(
      `invalid on-failure action "${texts.onFailure}" for health check: supported actions are ${ACTIONS.join(",")}`,
    );
  const check = { probe, intervalSeconds, timeoutSeconds, startPeriodSeconds, retries, onFailure };
  return startInterval === undefined ? check : { ...check, startIntervalSeconds: startInterval };
}
