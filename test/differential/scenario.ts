/**
 * A scenario of the differential suite: the same commands for podman and minke, and what may differ.
 *
 * Whatever is not declared must be equal: exit codes, standard output, standard error, the events of each container and
 * pod, and the states at the end.
 */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Differences of the events (`container a`, `pod p`) and of the states at the end (`end.a`). */
  readonly differs?: Differences;
  /** Events that are not compared, and why. */
  readonly ignores?: Readonly<Record<string, string>>;
}

/**
 * A command line without the program's name, split as a shell would (quotes, no expansion). `{dir}` is a directory of
 * the engine's own, `{port}` a free port of its own, `{id:NAME}` and `{short:NAME}` the id of a container or pod.
 *
 * Lines that begin with `@` are no commands:
 * - `@until NAME STATE...` waits until the container is in one of the states,
 * - `@until-pod NAME STATE...` the same for a pod,
 * - `@prints TEXT COMMAND...` waits until the command prints the text,
 * - `@log NAME WORD` waits until the container's log has the word,
 * - `@gone NAME` waits until the container is removed,
 * - `@states` compares the states of all pods and containers,
 * - `@file NAME TEXT` writes a file below `{dir}`.
 */
export type Step = string | DetailedStep;

export interface DetailedStep {
  readonly run: string;
  readonly stdin?: string;
  /** The lines of the output may come and items after `, ` may come in any order: podman's follows ids, or is random. */
  readonly unordered?: true;
  readonly differs?: Differences;
  /** Fields that are not compared, and why: what no two runs have in common. */
  readonly ignores?: Readonly<Record<string, string>>;
}

/** By field: `code`, `stdout`, `stderr`, or a path into printed JSON such as `0.State.Status`; `*` is any one key. */
export type Differences = Readonly<Record<string, Difference>>;

/** An intended difference. It is checked on both sides: once it is gone, the test fails. */
export interface Difference {
  /** Why minke is not like podman here. */
  readonly why: string;
  readonly podman: Expected;
  readonly minke: Expected;
}

/** A value (after normalisation), a pattern for text, or undefined for a field that is absent. */
export type Expected = string | number | boolean | null | RegExp | undefined;

/** Declares a difference. */
export const differs = (why: string, podman: Expected, minke: Expected): Difference => ({ why, podman, minke });

/** Splits a command line at blanks; single and double quotes keep what is between them together. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ""),
  );
}
