import { fail, messageOf } from "../../base/errors.ts";
import type { DependencyCondition } from "../container.ts";
import { parseDuration } from "./durations.ts";

/** One dependency as a text names it. */
export interface DependencyText {
  /** Name or ID. */
  readonly container: string;
  readonly condition?: DependencyCondition;
  readonly timeoutSeconds?: number;
}

const CONDITIONS: readonly DependencyCondition[] = ["started", "healthy", "ready", "completed"];

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/**
 * One value of `--requires`: `NAME`, beyond podman `NAME:CONDITION` and `NAME:CONDITION:TIMEOUT`, e.g. `db:healthy:30s`.
 *
 * @throws INVALID_ARGUMENT naming what is wrong
 */
export function parseDependency(text: string): DependencyText {
  const [container = "", word, timeout, ...more] = text.split(":");
  if (container === "" || more.length > 0)
    throw refuse(`invalid dependency ${JSON.stringify(text)}: must be CONTAINER[:CONDITION[:TIMEOUT]]`);
  if (word === undefined) return { container };
  const condition = CONDITIONS.find((known) => known === word);
  if (condition === undefined)
    throw refuse(`invalid condition "${word}" in --requires ${text}: must be one of ${CONDITIONS.join(", ")}`);
  return timeout === undefined
    ? { container, condition }
    : { container, condition, timeoutSeconds: secondsOf(timeout, text) };
}

function secondsOf(timeout: string, text: string): number {
  let milliseconds: number;
  try {
    milliseconds = parseDuration(timeout);
  } catch (error) {
    throw refuse(`invalid timeout in --requires ${text}: ${messageOf(error)}`);
  }
  if (milliseconds <= 0) throw refuse(`invalid timeout in --requires ${text}: it must be more than 0`);
  return milliseconds / 1000;
}
