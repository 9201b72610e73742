import type { ContainerId, PodId } from "../../base/brand.ts";
import type { EngineError } from "../../base/errors.ts";
import type { ContainerStatus } from "../../model/container-state.ts";
import type { PodConfig, PodStatus } from "../../model/pod.ts";
import type { LogLine } from "./container-types.ts";

/** The verbs that can be planned. */
export type PodPlanVerb = "start" | "stop" | "remove";

/** What a plan does to one container, or at the end to the pod itself. */
export type PlanAction =
  /** Starts it. */
  | "start"
  /** Starts an init container and waits until it exits with 0; a `once` container is removed then. */
  | "run"
  | "stop"
  | "remove"
  /** Leaves it as it is: there is nothing to do. */
  | "leave"
  /** The verb would fail on it, for the reason given. */
  | "refuse";

export interface PlanStep {
  /** From 1, in an order in which the steps could be done one by one. */
  readonly number: number;
  readonly action: PlanAction;
  readonly target: { readonly kind: "container" | "pod"; readonly id: string; readonly name: string };
  /** Steps that come first, and why. */
  readonly after: readonly { readonly step: number; readonly reason: string }[];
  /** Why this is done, or what is special about it. */
  readonly notes: readonly string[];
}

/** What a verb would do to a pod as it is now, step by step. Steps that do not wait for one another happen side by side. */
export interface PodPlan {
  readonly verb: PodPlanVerb;
  readonly pod: { readonly id: PodId; readonly name: string; readonly status: PodStatus };
  readonly steps: readonly PlanStep[];
  /** False if the verb would fail, at least in part. */
  readonly ok: boolean;
}

/**
 * What to wait for: `exited`, the default, until nothing of the pod runs any more but its infra container, or with the exit policy
 * `main` until that container has ended; `removed`; any other status of a pod; `healthy` and `ready`, which every member with
 * such a check must be.
 */
export type PodWaitCondition =
  | "created"
  | "running"
  | "degraded"
  | "paused"
  | "stopped"
  | "exited"
  | "removed"
  | "healthy"
  | "ready";

/** Which pods a verb is for: names, ids or unique prefixes of ids; all; or the newest. */
export type PodSelection =
  | { readonly refs: readonly string[]; readonly ignoreMissing?: boolean }
  | { readonly all: true }
  | { readonly latest: true };

/** What a pod verb did: `ok` for every member, or the members that failed with their reasons. */
export type PodReport =
  | { readonly input: string; readonly ok: true; readonly id: PodId }
  | {
      readonly input: string;
      readonly ok: false;
      readonly id?: PodId;
      /** `POD_PARTIAL` if some members failed, else why nothing was attempted. */
      readonly error: EngineError;
      readonly failed: readonly { readonly container: ContainerId; readonly error: EngineError }[];
    };

/** One row of `pod ps`, raw. */
export interface PodSummary {
  readonly config: PodConfig;
  readonly status: PodStatus;
  /** Infra first. */
  readonly members: readonly {
    readonly id: ContainerId;
    readonly name: string;
    readonly status: ContainerStatus;
    readonly isInit: boolean;
  }[];
  readonly networks: readonly string[];
}

/** A line of a pod's merged logs. */
export interface PodLogLine extends LogLine {
  readonly container: ContainerId;
  /** Name of the container. */
  readonly name: string;
}

/** JSON-ready description with podman's field names (podman-pod-inspect(1)). */
export type InspectPod = Readonly<Record<string, unknown>>;
