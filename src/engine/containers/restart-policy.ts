import type { RestartPolicy } from "../../model/container.ts";

/** What a restart decision looks at. */
export interface EndedRun {
  readonly policy: RestartPolicy;
  readonly exitCode: number;
  readonly restartCount: number;
  readonly stoppedByUser: boolean;
}

/** Tells whether the policy starts the container again (spec/pods.md 5.7). */
export function shouldRestart(run: EndedRun): boolean {
  if (run.stoppedByUser) return false;
  switch (run.policy.name) {
    case "always":
    case "unless-stopped":
      return true;
    case "on-failure":
      return run.exitCode !== 0 && (run.policy.maxRetries === 0 || run.restartCount < run.policy.maxRetries);
    default:
      return false;
  }
}
