import type { PlanStep, PodPlan } from "../../engine/api/pod-types.ts";

function lineOf(step: PlanStep, width: number): string {
  const what = step.target.kind === "pod" ? `pod ${step.target.name}` : step.target.name;
  const notes = step.notes.length === 0 ? "" : `: ${step.notes.join("; ")}`;
  return `${String(step.number).padStart(width)}. ${step.action} ${what}${notes}\n`;
}

/**
 * A plan for people: a line for each step, below it the steps that come first and why.
 *
 * @param plan of one pod
 */
export function formatPlan(plan: PodPlan): string {
  const width = String(plan.steps.length).length + 1;
  const steps = plan.steps.map((step) => {
    const after = step.after.map(({ step: number, reason }) => `${" ".repeat(width + 4)}after ${number}: ${reason}\n`);
    return `${lineOf(step, width)}${after.join("")}`;
  });
  const none = plan.steps.length === 0 ? `${" ".repeat(width)}nothing to do\n` : "";
  const end = plan.ok ? "" : `The ${plan.verb} would fail.\n`;
  return `Plan to ${plan.verb} pod ${plan.pod.name}, which is ${plan.pod.status}:\n${steps.join("")}${none}${end}`;
}
