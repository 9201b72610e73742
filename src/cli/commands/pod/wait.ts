import { fail } from "../../../base/errors.ts";
import type { PodWaitCondition } from "../../../engine/api/pod-types.ts";
import { namesOrLatest } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { list } from "../../flag-kinds.ts";
import { latestPod } from "./members.ts";
import { LATEST } from "./selection.ts";

const CONDITIONS: readonly PodWaitCondition[] = [
  "created",
  "running",
  "degraded",
  "paused",
  "stopped",
  "exited",
  "removed",
  "healthy",
  "ready",
];

function conditionOf(word: string): PodWaitCondition {
  const condition = CONDITIONS.find((one) => one === word);
  if (condition === undefined)
    throw fail("INVALID_ARGUMENT", {
      message: `unknown condition "${word}" of a pod: choose from ${CONDITIONS.join(", ")}`,
    });
  return condition;
}

/** `pod wait`: not podman's. */
export const wait = defineCommand({
  usage: "[options] POD [POD...]",
  description: [
    "Waits until nothing of the pods runs any more but their infra containers, prints the exit code of each pod and exits with",
    "the first that is not 0. A pod's exit code is that of its main container (exit policy main), else that of the container",
    "that failed first, else 0. Containers that were asked to stop did not fail.",
    "With --condition it waits for a state of the pod instead; then it prints -1 and exits with 0 if the pod has not ended.",
  ].join("\n"),
  examples: ["pod wait web", "pod wait --condition ready web"],
  flags: {
    condition: list(`What to wait for, may be given several times (${CONDITIONS.join(", ")})`),
    latest: LATEST,
  },
  args: namesOrLatest((command) => `"${command}" requires a name, id, or the "--latest" flag`),
  run: async (io, input) => {
    const conditions = input.flags.condition.map(conditionOf);
    const refs = input.flags.latest ? [(await latestPod(io)).config.id] : input.args;
    const ids = await Promise.all(refs.map((ref) => io.engine.pods.resolve(ref)));
    let first: number = EXIT.ok;
    for (const id of ids) {
      const options = { signal: io.signal, ...(conditions.length > 0 ? { conditions } : {}) };
      const code = await io.engine.pods.wait(id, options);
      await io.out(`${code}\n`);
      if (first === EXIT.ok && code > 0) first = code;
    }
    return first;
  },
});
