import { fail } from "../base/errors.ts";

/** What a rule may look at. */
export interface ArgumentContext {
  /** Program and command as typed, e.g. `minke pod ps`. */
  readonly command: string;
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Checks positional arguments; throws INVALID_ARGUMENT. */
export type ArgumentRule = (context: ArgumentContext) => void;

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** No argument at all. */
export const noArguments: ArgumentRule = ({ command, args }) => {
  if (args.length > 0) throw refuse(`\`${command}\` takes no arguments`);
};

/** Any number of arguments, also none. */
export const anyArguments: ArgumentRule = () => {};

/** Exactly `count` arguments. */
export function exactly(count: number): ArgumentRule {
  return ({ args }) => {
    if (args.length !== count) throw refuse(`accepts ${count} arg(s), received ${args.length}`);
  };
}

/** `count` arguments or more. */
export function atLeast(count: number): ArgumentRule {
  return ({ args }) => {
    if (args.length < count) throw refuse(`requires at least ${count} arg(s), only received ${args.length}`);
  };
}

/** At most `count` arguments. */
export function atMost(count: number): ArgumentRule {
  return ({ args }) => {
    if (args.length > count) throw refuse(`accepts at most ${count} arg(s), received ${args.length}`);
  };
}

/** From `low` to `high` arguments. */
export function between(low: number, high: number): ArgumentRule {
  return ({ args }) => {
    if (args.length < low || args.length > high)
      throw refuse(`accepts between ${low} and ${high} arg(s), received ${args.length}`);
  };
}

/**
 * Names, or `--all`, or `--latest`, or id files: exactly one way of naming the targets (spec/pods.md 9.1); `--filter` needs
 * none. Flags that the command does not have count as not given.
 *
 * @param idFileFlag long name of the flag that reads names from files, e.g. `pod-id-file`
 */
export function targets(idFileFlag = ""): ArgumentRule {
  return ({ args, flags }) => {
    const idFiles = flags[idFileFlag];
    const hasIdFile = Array.isArray(idFiles) && idFiles.length > 0;
    const all = flags["all"] === true;
    const latest = flags["latest"] === true;
    if (hasIdFile && (all || latest)) throw refuse(`--all, --latest, and --${idFileFlag} cannot be used together`);
    if (all && latest) throw refuse("--all and --latest cannot be used together");
    if (all && args.length > 0) throw refuse("no arguments are needed with --all");
    if (latest && args.length > 0) throw refuse("--latest and containers cannot be used together");
    if (hasIdFile && args.length > 0) throw refuse(`no arguments are needed with --latest or --${idFileFlag}`);
    const filters = flags["filter"];
    const hasFilter = Array.isArray(filters) && filters.length > 0;
    if (!all && !latest && !hasIdFile && !hasFilter && args.length === 0)
      throw refuse("you must provide at least one name or id");
  };
}

/**
 * One or more names, or `--latest` in their place.
 *
 * @param missing the text for neither
 */
export function namesOrLatest(missing: (command: string) => string): ArgumentRule {
  return ({ command, args, flags }) => {
    if (flags["latest"] === true) {
      if (args.length > 0) throw refuse("--latest and containers cannot be used together");
    } else if (args.length === 0) throw refuse(missing(command));
  };
}
