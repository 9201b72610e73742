import { isEngineError } from "../../base/errors.ts";
import type { ContainerStatus } from "../../model/container-state.ts";
import type { EngineEvent } from "../../model/events.ts";
import type { PodStatus } from "../../model/pod.ts";
import type { Engine } from "../api/engine.ts";

/** A container's status by its name; undefined if there is none. */
export async function statusOf(engine: Engine, name: string): Promise<ContainerStatus | undefined> {
  return (await engine.containers.list({ all: true })).find((row) => row.config.name === name)?.status;
}

/** A pod's status by its name; undefined if there is none. */
export async function podStatusOf(engine: Engine, name: string): Promise<PodStatus | undefined> {
  return (await engine.pods.list()).find((row) => row.config.name === name)?.status;
}

/** Events since the last call, as `pod start NAME` or `died NAME` for containers; volumes and networks are left out. */
export function eventLog(engine: Engine): () => Promise<readonly string[]> {
  let last = 0;
  return async () => {
    const lines: string[] = [];
    for await (const event of engine.events({ afterSeq: last })) {
      last = event.seq;
      lines.push(...describe(event));
    }
    return lines;
  };
}

function describe(event: EngineEvent): readonly string[] {
  if (event.type === "pod") return [`pod ${event.action} ${event.name}`];
  if (event.type !== "container") return [];
  return [`${event.action} ${event.name.endsWith("-infra") ? "infra" : event.name}`];
}

/** What became of a verb: `ok`, or the error's code, for a promise of anything or of one report. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    const value = await work;
    const report: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof report === "object" && report !== null && "ok" in report && report.ok === false && "error" in report)
      return isEngineError(report.error) ? report.error.code : String(report.error);
    return "ok";
  } catch (error) {
    return isEngineError(error) ? error.code : String(error);
  }
}
