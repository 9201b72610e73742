import { fail } from "../../../base/errors.ts";
import type { PodPlan, PodPlanVerb, PodSelection } from "../../../engine/api/pod-types.ts";
import type { Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, text } from "../../flag-kinds.ts";
import { formatJson, JSON_INDENT } from "../../render/json.ts";
import { formatPlan } from "../../render/plan.ts";
import { podSelection } from "./selection.ts";

/** Flags with which a verb only tells what it would do. */
export const DRY_RUN_FLAGS = {
  "dry-run": bool("Print what would be done, step by step, and do nothing"),
  format: text("With --dry-run: text or json", { default: "text" }),
};

interface DryRunFlags {
  readonly "dry-run": boolean;
  readonly format: string;
}

/**
 * Prints the plans of the selected pods.
 *
 * @param wanted the verb with its options
 * @returns 0, or 125 if the verb would fail
 */
export async function printPlans(
  io: Io,
  input: Parameters<typeof podSelection>[1] & { readonly flags: DryRunFlags },
  wanted: { readonly verb: PodPlanVerb; readonly force?: boolean; readonly timeout?: number },
): Promise<number> {
  const { format } = input.flags;
  if (format !== "text" && format !== "json")
    throw fail("INVALID_ARGUMENT", { message: `invalid --format "${format}" for a plan: choose text or json` });
  const { verb, ...options } = wanted;
  const plans: PodPlan[] = [];
  for (const ref of await refsOf(io, podSelection(io, input)))
    plans.push(await io.engine.pods.plan(ref, verb, options));
  await io.out(
    format === "json" ? `${formatJson(plans, { indent: JSON_INDENT.list })}\n` : plans.map(formatPlan).join("\n"),
  );
  return plans.every((plan) => plan.ok) ? EXIT.ok : EXIT.engine;
}

/** `--format` means something only together with `--dry-run`. */
export function checkDryRun(flags: DryRunFlags, given: ReadonlySet<string>): void {
  if (given.has("format") && !flags["dry-run"])
    throw fail("INVALID_ARGUMENT", { message: "--format can only be used with --dry-run" });
}

async function refsOf(io: Io, selection: PodSelection): Promise<readonly string[]> {
  if ("refs" in selection) {
    if (selection.ignoreMissing !== true) return selection.refs;
    const known = await Promise.all(selection.refs.map((ref) => io.engine.pods.exists(ref)));
    return selection.refs.filter((_ref, at) => known[at]);
  }
  const rows = await io.engine.pods.list("latest" in selection ? { latest: true } : {});
  return rows.map((row) => row.config.id);
}
