import { fail } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import { parseTime } from "../../model/notation/times.ts";
import { type PodConfig, podStatusOf } from "../../model/pod.ts";
import type { PodSummary } from "../api/pods.ts";
import { matchesLabel, matchesText } from "../containers/filters.ts";
import { observe } from "../containers/observe.ts";
import type { EngineDeps } from "../deps.ts";

/** Rows of `pod ps`, oldest first, from one snapshot and the kernel. Throws INVALID_ARGUMENT for a bad filter. */
export function listPods(
  deps: EngineDeps,
  options: { readonly filters?: Readonly<Record<string, readonly string[]>>; readonly latest?: boolean } = {},
): readonly PodSummary[] {
  const snapshot = deps.store.read((tx) => ({
    pods: tx.pods.list(),
    containers: tx.containers.list(),
    runs: tx.containers.lastRuns(),
  }));
  const boot = deps.store.boot.all();
  const byPod = Map.groupBy(snapshot.containers, (c) => c.pod ?? "");
  const rows = snapshot.pods.map((pod) =>
    summarize(
      pod,
      (byPod.get(pod.id) ?? []).map((config) => ({
        config,
        status: observe(deps, config.id, { state: boot.get(config.id), lastRun: snapshot.runs.get(config.id) ?? {} })
          .status,
      })),
    ),
  );
  if (options.latest === true) {
    if (rows.length === 0) throw fail("NO_PODS", {});
    return rows.slice(-1);
  }
  const predicates = Object.entries(options.filters ?? {}).map(([key, values]) => compile(deps, key, values));
  return rows.filter((row) => predicates.every((predicate) => predicate(row)));
}

/** One pod's row. */
export function podSummary(deps: EngineDeps, pod: PodConfig): PodSummary {
  const members = deps.store.read((tx) =>
    tx.containers.inPod(pod.id).map((config) => ({ config, lastRun: tx.containers.lastRun(config.id) })),
  );
  return summarize(
    pod,
    members.map(({ config, lastRun }) => ({
      config,
      status: observe(deps, config.id, { state: deps.store.boot.get(config.id), lastRun }).status,
    })),
  );
}

type Member = { readonly config: ContainerConfig; readonly status: PodSummary["members"][number]["status"] };

function summarize(config: PodConfig, members: readonly Member[]): PodSummary {
  const infra = members.find((m) => m.config.id === config.infraId);
  return {
    config,
    status: podStatusOf(members.filter((m) => m.config.initType === undefined).map((m) => m.status)),
    members: members.map((m) => ({
      id: m.config.id,
      name: m.config.name,
      status: m.status,
      isInit: m.config.initType !== undefined,
    })),
    networks: infra?.config.network.attachments.map((a) => a.network) ?? [],
  };
}

type Predicate = (row: PodSummary) => boolean;

const POD_STATUSES = ["stopped", "running", "paused", "exited", "dead", "created", "degraded"];
const CONTAINER_STATUSES = ["created", "running", "paused", "stopped", "exited", "unknown"];

/** Filters of podman-pod-ps(1) (spec/pods.md 8.2). */
function compile(deps: EngineDeps, key: string, values: readonly string[]): Predicate {
  const any = (test: (row: PodSummary, value: string) => boolean): Predicate => {
    return (row) => values.some((value) => test(row, value));
  };
  switch (key) {
    case "id":
      return any((row, value) =>
        /^[0-9a-f]+$/.test(value) ? row.config.id.startsWith(value) : matchesText(row.config.id, value),
      );
    case "name":
      return any((row, value) => matchesText(row.config.name, value));
    case "ctr-ids":
      return any((row, value) => row.members.some((m) => matchesText(m.id, value)));
    case "ctr-names":
      return any((row, value) => row.members.some((m) => matchesText(m.name, value)));
    case "ctr-number":
      return any((row, value) => String(row.members.length) === value);
    case "ctr-status":
      return any(checked(values, { allowed: CONTAINER_STATUSES, what: "status" }, hasMemberIn));
    case "status":
      return any(
        checked(
          values,
          { allowed: POD_STATUSES, what: "pod status" },
          (row, value) => row.status.toLowerCase() === value,
        ),
      );
    case "label":
      return (row) => values.every((value) => matchesLabel(row.config.labels, value));
    case "label!":
      return (row) => values.every((value) => !matchesLabel(row.config.labels, value));
    case "until": {
      const limits = values.map((value) => parseTime(value, { now: deps.host.clock.now() }));
      return (row) => limits.length === 1 && row.config.createdAt < (limits[0] ?? 0);
    }
    case "network":
      return any((row, value) => row.networks.includes(value));
    default:
      throw fail("INVALID_ARGUMENT", { message: `${key} is an invalid filter` });
  }
}

function checked(
  values: readonly string[],
  rule: { readonly allowed: readonly string[]; readonly what: string },
  test: (row: PodSummary, value: string) => boolean,
): (row: PodSummary, value: string) => boolean {
  const bad = values.find((value) => !rule.allowed.includes(value));
  if (bad !== undefined) throw fail("INVALID_ARGUMENT", { message: `${bad} is not a valid ${rule.what}` });
  return test;
}

function hasMemberIn(row: PodSummary, wanted: string): boolean {
  const same = (status: string) => (status === "stopped" ? "exited" : status);
  return row.members.some((m) => !m.isInit && same(m.status) === same(wanted));
}
