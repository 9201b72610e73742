import type { ContainerId } from "../base/brand.ts";
import type { Report } from "./api/containers.ts";
import { asEngineError } from "./pods/outcome.ts";

/** Runs `job` and turns its outcome into a report of `input`. */
export async function reportOf(input: string, job: () => Promise<string>): Promise<Report> {
  try {
    return { input, ok: true, id: await job() };
  } catch (error) {
    return { input, ok: false, error: asEngineError(error) };
  }
}

/** A container that a verb is for, with the text that named it. */
export interface Selected {
  readonly input: string;
  readonly id: ContainerId;
}
