import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerStatus } from "./container-state.ts";
import { type PodStatus, podStatusOf } from "./pod.ts";

/** spec/pods.md 2.4: the first rule that matches wins; examples of its table and the borders between its rules. */
const TABLE: readonly (readonly [readonly ContainerStatus[], PodStatus])[] = [
  [[], "Created"],
  [["created"], "Created"],
  [["running"], "Running"],
  [["running", "running"], "Running"],
  [["running", "exited"], "Degraded"],
  [["running", "created"], "Degraded"],
  [["running", "paused"], "Degraded"],
  [["running", "stopping"], "Degraded"],
  [["paused", "paused"], "Paused"],
  [["paused", "paused", "exited"], "Stopped"],
  [["paused", "created"], "Created"],
  [["exited", "stopped"], "Exited"],
  [["exited", "created"], "Stopped"],
  [["exited", "removing"], "Stopped"],
  [["stopping", "stopping"], "Error"],
  [["created", "unknown"], "Error"],
  [["paused", "removing"], "Error"],
  [["initialized", "created"], "Created"],
];

test("a pod's status is the first rule of spec/pods.md 2.4 that matches its members", () => {
  for (const [members, status] of TABLE) assert.equal(podStatusOf(members), status, members.join(" "));
});
