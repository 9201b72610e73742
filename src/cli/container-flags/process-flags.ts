import { defined } from "../../base/defined.ts";
import { fail, messageOf } from "../../base/errors.ts";
import type { ContainerCreateOptions } from "../../engine/api/container-options.ts";
import { parseEnv, parseEnvFile } from "../../model/notation/env-file.ts";
import { parseAnnotations, parseLabelFile, parseLabels } from "../../model/notation/key-values.ts";
import { parseSignal } from "../../model/notation/signals.ts";
import type { Io } from "../command.ts";
import { bool, type FlagValues, list, strings, text, uint } from "../flag-kinds.ts";

/** Environment flags, the same for `exec`. */
export const ENV_FLAGS = {
  env: strings("Set an environment variable (NAME=value, NAME takes the host's)", { short: "e" }),
  "env-file": list("Read environment variables from a file"),
};

export const LABEL_FLAGS = {
  label: strings("Label (key=value)", { short: "l" }),
  "label-file": list("Read labels from a file"),
};

/** The process of a container and how it is known. */
export const PROCESS_FLAGS = {
  ...ENV_FLAGS,
  ...LABEL_FLAGS,
  annotation: list("Annotation (key=value)"),
  entrypoint: text("Replace the image's entrypoint"),
  "env-host": bool("Pass on the whole environment of this command"),
  hostname: text("Host name", { short: "h" }),
  "http-proxy": bool("Pass on the proxy variables of this command", { default: true }),
  init: bool("Run a small init as process 1 that passes signals on and reaps"),
  "init-path": text("Path of the init program"),
  interactive: bool("Keep stdin open", { short: "i" }),
  name: text("Name of the container"),
  "stop-signal": text("Signal that stops it (SIGTERM if neither this nor the image says)"),
  "stop-timeout": uint("Seconds from the stop signal to SIGKILL", { defaultText: "10" }),
  timeout: uint("Seconds until it is killed, 0 for never"),
  tty: bool("Give it a terminal", { short: "t" }),
  tz: text("Time zone, or local"),
  umask: text("File creation mask", { defaultText: '"0022"' }),
  unsetenv: strings("Drop a variable of the image's environment"),
  "unsetenv-all": bool("Drop the image's whole environment"),
  user: text("User and group (<name|uid>[:<group|gid>])", { short: "u" }),
  workdir: text("Working directory", { short: "w" }),
};

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

const some = <T>(values: readonly T[]): readonly T[] | undefined => (values.length > 0 ? values : undefined);

function prefixed<T>(prefix: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw refuse(`${prefix}: ${messageOf(error)}`);
  }
}

/** Environment files first, then `--env`. Throws INVALID_ARGUMENT with podman's text. */
export function environmentOf(io: Io, flags: FlagValues<typeof ENV_FLAGS>): Readonly<Record<string, string>> {
  const files = flags["env-file"].map((path) =>
    prefixed(`parsing env file ${JSON.stringify(path)}`, () => parseEnvFile(io.readFile(path), io.env)),
  );
  return Object.assign({}, ...files, parseEnv(flags.env, io.env));
}

/** Label files first, then `--label`. Throws INVALID_ARGUMENT with podman's text. */
export function labelsOf(io: Io, flags: FlagValues<typeof LABEL_FLAGS>): Readonly<Record<string, string>> {
  return prefixed("unable to process labels", () => {
    const files = flags["label-file"].map((path) => parseLabelFile(io.readFile(path)));
    return Object.assign({}, ...files, parseLabels(flags.label));
  });
}

/** `--entrypoint`: a JSON array of words, or one word; empty clears the image's. */
export function parseEntrypoint(value: string | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (value === "") return [];
  try {
    const words: unknown = JSON.parse(value);
    if (Array.isArray(words) && words.every((word) => typeof word === "string")) return words;
  } catch {
    // Not JSON: the word itself.
  }
  return [value];
}

/** Octal mode of `--umask`. Throws INVALID_ARGUMENT with podman's text. */
function umaskOf(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  if (!/^[0-7]{1,4}$/.test(value))
    throw refuse(`running container create option: invalid umask string ${value}: invalid argument`);
  return Number.parseInt(value, 8);
}

const nonEmptyRecord = (record: Readonly<Record<string, string>>) =>
  Object.keys(record).length > 0 ? record : undefined;

/** The process part of the create options. Throws INVALID_ARGUMENT with podman's text. */
export function processOptionsOf(io: Io, flags: FlagValues<typeof PROCESS_FLAGS>): ContainerCreateOptions {
  const annotations = flags.annotation.filter((value) => value !== "");
  return defined({
    name: flags.name || undefined,
    env: nonEmptyRecord(environmentOf(io, flags)),
    unsetEnv: some(flags.unsetenv),
    unsetEnvAll: flags["unsetenv-all"] || undefined,
    envHost: flags["env-host"] || undefined,
    httpProxy: flags["http-proxy"] ? undefined : false,
    labels: nonEmptyRecord(labelsOf(io, flags)),
    annotations: annotations.length > 0 ? parseAnnotations(annotations) : undefined,
    entrypoint: parseEntrypoint(flags.entrypoint),
    hostname: flags.hostname || undefined,
    init: flags.init || undefined,
    initPath: flags["init-path"] || undefined,
    stdinOpen: flags.interactive || undefined,
    terminal: flags.tty || undefined,
    stopSignal: flags["stop-signal"] ? parseSignal(flags["stop-signal"]) : undefined,
    stopTimeout: flags["stop-timeout"],
    timeout: flags.timeout || undefined,
    timezone: flags.tz || undefined,
    umask: umaskOf(flags.umask),
    user: flags.user || undefined,
    workdir: flags.workdir || undefined,
  });
}
