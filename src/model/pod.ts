import type { ContainerId, PodId } from "../base/brand.ts";
import type { Resources, RestartPolicy } from "./container.ts";
import type { ContainerStatus, ProcessRef } from "./container-state.ts";

/** Namespaces that a pod's members share through the infra container. */
export interface PodSharing {
  readonly ipc: boolean;
  readonly net: boolean;
  readonly uts: boolean;
  readonly pid: boolean;
  readonly cgroup: boolean;
  readonly user: boolean;
}

export type ExitPolicy =
  | { readonly policy: "continue" }
  | { readonly policy: "stop" }
  | { readonly policy: "any" }
  | { readonly policy: "failure" }
  | { readonly policy: "main"; readonly container: string };

/** The definition of a pod (spec/pods.md 1.1). */
export interface PodConfig {
  readonly id: PodId;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Empty unless the user gave one. */
  readonly hostname: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hasInfra: boolean;
  readonly infraId?: ContainerId;
  readonly sharing: PodSharing;
  readonly usesPodCgroup: boolean;
  readonly cgroupParent: string;
  /** Empty without a pod cgroup. */
  readonly cgroupPath: string;
  readonly resources: Resources;
  readonly exitPolicy: ExitPolicy;
  readonly restartPolicy?: RestartPolicy;
  readonly createCommand: readonly string[];
  readonly serviceContainer?: ContainerId;
  readonly lifetime: "independent" | "owner";
  /** The process that the pod ends with, for lifetime `owner`. */
  readonly owner?: ProcessRef;
}

export type PodStatus = "Created" | "Running" | "Degraded" | "Paused" | "Exited" | "Stopped" | "Error";

/**
 * Derives a pod's status from its members (spec/pods.md 2.4); init containers must be left out by the caller, infra
 * counts like any other.
 */
export function podStatusOf(members: readonly ContainerStatus[]): PodStatus {
  const total = members.length;
  const count = (...wanted: readonly ContainerStatus[]) => members.filter((s) => wanted.includes(s)).length;
  const running = count("running");
  const paused = count("paused");
  const stopped = count("stopped", "exited");
  const created = count("created", "initialized");
  if (total === 0) return "Created";
  if (running === total) return "Running";
  if (running > 0) return "Degraded";
  if (paused === total) return "Paused";
  if (stopped === total) return "Exited";
  if (stopped > 0) return "Stopped";
  if (created + paused < total) return "Error";
  return "Created";
}
