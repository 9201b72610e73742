import { fail } from "../../base/errors.ts";
import { parseTime } from "../../model/notation/times.ts";
import type { ContainerSummary } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { imageNameOf } from "../event-subject.ts";
import { containerByRef } from "./by-ref.ts";

type Row = Omit<ContainerSummary, "size">;
type Predicate = (row: Row) => boolean;

const STATUSES = [
  "created",
  "initialized",
  "running",
  "paused",
  "stopped",
  "exited",
  "removing",
  "stopping",
  "unknown",
  "configured",
  "restarting",
];

/**
 * The filters of podman-ps(1): values of one key are alternatives (labels must all match), keys must all match.
 *
 * @throws INVALID_ARGUMENT naming an unknown key or a bad value
 */
export function compileFilters(deps: EngineDeps, filters: Readonly<Record<string, readonly string[]>>): Predicate {
  const predicates = Object.entries(filters).map(([key, values]) => compile(deps, key, values));
  return (row) => predicates.every((predicate) => predicate(row));
}

function compile(deps: EngineDeps, key: string, values: readonly string[]): Predicate {
  const any = (test: (row: Row, value: string) => boolean): Predicate => {
    return (row) => values.some((value) => test(row, value));
  };
  switch (key) {
    case "id":
      return any((row, value) => matchesText(row.config.id, value));
    case "name":
      return any((row, value) => matchesText(row.config.name, value));
    case "label":
      return (row) => values.every((value) => matchesLabel(row.config.labels, value));
    case "status":
      return any(statusTest(values));
    case "exited":
      return any(exitTest(values));
    case "ancestor":
      return any((row, value) => matchesImage(row, value));
    case "before":
    case "since":
      return timeTest(
        values.map((ref) => containerByRef(deps, ref).createdAt),
        key,
      );
    case "until":
      return timeTest(
        values.map((value) => parseTime(value, { now: deps.host.clock.now() })),
        "before",
      );
    case "volume":
      return any((row, value) => matchesVolume(row, value));
    case "network":
      return any((row, value) => matchesNetwork(row, value));
    case "pod":
      return any(
        (row, value) => row.config.pod !== undefined && (row.podName === value || row.config.pod.startsWith(value)),
      );
    case "health":
      return any((row, value) => row.health?.status === value);
    case "restart-policy":
      return any((row, value) => (row.config.restartPolicy.name || "no") === value);
    default:
      throw fail("INVALID_ARGUMENT", { message: `${key} is an invalid filter` });
  }
}

/** A regular expression as podman takes it; one that does not compile is compared as text. */
export function matchesText(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return text.includes(pattern);
  }
}

/** `key` or `key=value`. */
export function matchesLabel(labels: Readonly<Record<string, string>>, filter: string): boolean {
  const [key = "", ...rest] = filter.split("=");
  return Object.hasOwn(labels, key) && (rest.length === 0 || labels[key] === rest.join("="));
}

function statusTest(values: readonly string[]): (row: Row, value: string) => boolean {
  for (const value of values)
    if (!STATUSES.includes(value))
      throw fail("INVALID_ARGUMENT", {
        message: `unknown container state: ${value}: invalid argument`,
      });
  const same = (status: string) => (status === "stopped" ? "exited" : status === "configured" ? "created" : status);
  return (row, value) =>
    value === "restarting" ? row.state?.restartAt !== undefined : same(row.status) === same(value);
}

function exitTest(values: readonly string[]): (row: Row, value: string) => boolean {
  for (const value of values)
    if (!/^-?\d+$/.test(value)) throw fail("INVALID_ARGUMENT", { message: `exited code out of range: "${value}"` });
  return (row, value) =>
    (row.status === "exited" || row.status === "stopped") && row.lastRun.exitCode === Number(value);
}

function matchesImage(row: Row, value: string): boolean {
  if (row.config.rootfs.kind !== "image") return false;
  const name = imageNameOf(row.config);
  const withTag = /:[^/]+$/.test(value) ? value : `${value}:latest`;
  return (
    name === value ||
    name === withTag ||
    name.endsWith(`/${withTag}`) ||
    name.includes(value) ||
    row.config.rootfs.imageId.startsWith(value)
  );
}

function matchesVolume(row: Row, value: string): boolean {
  const [source = "", destination] = value.split(":");
  return row.config.mounts.some((mount) => {
    if (destination !== undefined && mount.destination !== destination) return false;
    const named = mount.type === "volume" ? mount.name : mount.type === "bind" ? mount.source : "";
    return named === source || mount.destination === source;
  });
}

function matchesNetwork(row: Row, value: string): boolean {
  const { net } = row.config.namespaces;
  if (["host", "none"].includes(value)) return net.mode === value;
  return row.config.network.attachments.some((a) => a.network === value);
}

function timeTest(times: readonly number[], key: "before" | "since"): Predicate {
  const limit = key === "before" ? Math.min(...times) : Math.max(...times);
  return (row) => (key === "before" ? row.config.createdAt < limit : row.config.createdAt > limit);
}
