import type { Digest } from "../base/brand.ts";
import type { ImageConfig, ImageHistory, ImageRunConfig } from "../model/image.ts";
import { isDigest } from "./digests.ts";
import { isObject, parseJson } from "./json.ts";
import { BadArchive } from "./tar/bad-archive.ts";

const MOST_CONFIG_BYTES = 8 << 20;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an image's config (OCI image spec, config.md, and docker's extra fields) and checks the type of every field, so
 * that nobody after this has to. `null` counts as absent.
 *
 * @throws BadArchive naming the field
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig & { readonly diffIds: readonly Digest[] } {
  if (bytes.length > MOST_CONFIG_BYTES) throw new BadArchive(`image config of ${bytes.length} bytes`);
  const json = parseJson(bytes, "image config");
  const rootfs = json["rootfs"];
  const diffIds = isObject(rootfs) ? (rootfs["diff_ids"] ?? []) : [];
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest)) throw bad("rootfs.diff_ids");
  const author = text(json, "author");
  const created = text(json, "created");
  return {
    architecture: text(json, "architecture") ?? "",
    os: text(json, "os") ?? "",
    ...(author === undefined ? {} : { author }),
    ...(created === undefined ? {} : { created }),
    config: runConfig(json["config"] ?? {}),
    rootfs: { type: "layers", diff_ids: diffIds },
    history: history(json["history"] ?? []),
    diffIds,
  };
}

/** Milliseconds since the epoch of an image's `created`; 0 where it has none. */
export function createdAtOf(config: ImageConfig): number {
  const time = Date.parse(config.created ?? "");
  return Number.isNaN(time) ? 0 : time;
}

function runConfig(json: unknown): ImageRunConfig {
  if (!isObject(json)) throw bad("config");
  return withoutUndefined({
    User: text(json, "User"),
    ExposedPorts: object(json, "ExposedPorts"),
    Env: texts(json, "Env"),
    Entrypoint: texts(json, "Entrypoint"),
    Cmd: texts(json, "Cmd"),
    Volumes: object(json, "Volumes"),
    WorkingDir: text(json, "WorkingDir"),
    Labels: labels(json),
    StopSignal: text(json, "StopSignal"),
    Healthcheck: healthcheck(json),
  }) as ImageRunConfig;
}

function healthcheck(json: Json): ImageRunConfig["Healthcheck"] {
  const value = object(json, "Healthcheck");
  if (value === undefined) return undefined;
  return withoutUndefined({
    Test: texts(value, "Test"),
    Interval: number(value, "Interval"),
    Timeout: number(value, "Timeout"),
    StartPeriod: number(value, "StartPeriod"),
    Retries: number(value, "Retries"),
  }) as ImageRunConfig["Healthcheck"];
}

function labels(json: Json): Readonly<Record<string, string>> | undefined {
  const value = object(json, "Labels");
  if (value === undefined) return undefined;
  if (!Object.values(value).every((each) => typeof each === "string")) throw bad("Labels");
  return value as Readonly<Record<string, string>>;
}

function history(value: unknown): ImageHistory[] {
  if (!Array.isArray(value)) throw bad("history");
  return value.map((each) => {
    if (!isObject(each)) throw bad("history");
    return withoutUndefined({
      created: text(each, "created"),
      created_by: text(each, "created_by"),
      comment: text(each, "comment"),
      author: text(each, "author"),
      empty_layer: each["empty_layer"] === true ? true : undefined,
    }) as ImageHistory;
  });
}

function text(json: Json, field: string): string | undefined {
  return checked(json, field, (value): value is string => typeof value === "string" && !value.includes("\0"));
}

function number(json: Json, field: string): number | undefined {
  return checked(json, field, (value): value is number => typeof value === "number" && Number.isFinite(value));
}

function texts(json: Json, field: string): readonly string[] | undefined {
  return checked(
    json,
    field,
    (value): value is readonly string[] =>
      Array.isArray(value) && value.every((each) => typeof each === "string" && !each.includes("\0")),
  );
}

function object(json: Json, field: string): Json | undefined {
  return checked(json, field, isObject);
}

function checked<T>(json: Json, field: string, is: (value: unknown) => value is T): T | undefined {
  const value = json[field];
  if (value === undefined || value === null) return undefined;
  if (!is(value)) throw bad(field);
  return value;
}

function bad(field: string): BadArchive {
  return new BadArchive(`image config: ${field} has the wrong type`);
}

function withoutUndefined(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
