import { fail } from "../base/errors.ts";
import type { ImageRunConfig } from "../model/image.ts";
import { parseSignal } from "../model/notation/signals.ts";
import { healthcheckOf } from "./change-healthcheck.ts";
import { textArray } from "./json.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const INSTRUCTION = /^\s*([A-Za-z]+)(?:\s+|=)(.*\S)\s*$/s;
/**
 * Applies Containerfile instructions (`--change` of import) to an empty config: CMD, ENTRYPOINT, ENV, EXPOSE,
 * HEALTHCHECK, LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR; ONBUILD is dropped. Lists are JSON arrays; any other text of CMD and ENTRYPOINT is
 * for the shell.
 *
 * @throws INVALID_ARGUMENT naming the instruction
 */
export function applyChanges(changes: readonly string[]): ImageRunConfig {
  const config: Mutable<ImageRunConfig> = {};
  for (const change of changes) {
    const invalid = (reason: string) =>
      fail("INVALID_ARGUMENT", { message: `invalid change ${JSON.stringify(change)} - ${reason}` });
    const [, instruction = "", value = ""] = INSTRUCTION.exec(change) ?? [];
    if (value === "") throw invalid("must be formatted as KEY VALUE");
    applyOne(config, { instruction: instruction.toUpperCase(), value, invalid });
  }
  return config;
}

interface Change {
  readonly instruction: string;
  readonly value: string;
  readonly invalid: (reason: string) => Error;
}

function applyOne(config: Mutable<ImageRunConfig>, change: Change): void {
  const { instruction, value, invalid } = change;
  switch (instruction) {
    case "CMD":
      config.Cmd = argvOf(value);
      break;
    case "ENTRYPOINT":
      config.Entrypoint = argvOf(value);
      break;
    case "ENV":
      config.Env = withVariable(config.Env ?? [], value);
      break;
    case "EXPOSE":
      config.ExposedPorts = { ...config.ExposedPorts, ...exposed(value, invalid) };
      break;
    case "HEALTHCHECK":
      config.Healthcheck = healthcheckOf(value, invalid);
      break;
    case "LABEL":
      config.Labels = { ...config.Labels, ...label(value, invalid) };
      break;
    case "ONBUILD":
      // OCI configs have no place for it, and podman's import drops it as well.
      break;
    case "STOPSIGNAL":
      config.StopSignal = stopSignal(value, invalid);
      break;
    case "USER":
      config.User = value;
      break;
    case "VOLUME":
      config.Volumes = { ...config.Volumes, ...Object.fromEntries(volumes(value).map((path) => [path, {}])) };
      break;
    case "WORKDIR":
      config.WorkingDir = value;
      break;
    default:
      throw invalid(`invalid instruction ${instruction}`);
  }
}

function argvOf(value: string): readonly string[] {
  return textArray(value) ?? ["/bin/sh", "-c", value];
}

/** `KEY=value`, or docker's old `KEY value`. */
function withVariable(env: readonly string[], value: string): readonly string[] {
  const [key = "", text = ""] = keyAndText(value);
  return [...env.filter((each) => !each.startsWith(`${key}=`)), `${key}=${text}`];
}

function keyAndText(value: string): readonly [string, string] {
  const equals = value.indexOf("=");
  const space = value.search(/\s/);
  if (equals < 0 && space < 0) return [value, ""];
  const at = equals >= 0 && (space < 0 || equals < space) ? equals : space;
  return [value.slice(0, at), unquoted(value.slice(at + 1).trim())];
}

function unquoted(text: string): string {
  return /^"[^"]*"$/.test(text) || /^'[^']*'$/.test(text) ? text.slice(1, -1) : text;
}

function label(value: string, invalid: Change["invalid"]): Readonly<Record<string, string>> {
  const equals = value.indexOf("=");
  if (equals <= 0) throw invalid("LABEL must be formatted key=value");
  return { [unquoted(value.slice(0, equals))]: unquoted(value.slice(equals + 1)) };
}

function exposed(value: string, invalid: Change["invalid"]): Readonly<Record<string, unknown>> {
  const [port = "", protocol = "tcp", ...rest] = value.split("/");
  if (rest.length > 0 || !["tcp", "udp", "sctp"].includes(protocol.toLowerCase()))
    throw invalid("EXPOSE protocol must be TCP or UDP");
  if (!/^[0-9]+$/.test(port)) throw invalid(`EXPOSE port must be an integer: "${port}"`);
  const number = Number(port);
  if (number < 1 || number > 65535) throw invalid("EXPOSE port must be a valid port number");
  return { [`${number}/${protocol.toLowerCase()}`]: {} };
}

function volumes(value: string): readonly string[] {
  return textArray(value) ?? value.split(/\s+/);
}

function stopSignal(value: string, invalid: Change["invalid"]): string {
  try {
    parseSignal(value);
    return value;
  } catch {
    throw invalid(`KILLSIGNAL must be given a valid signal: invalid signal: ${value}`);
  }
}
