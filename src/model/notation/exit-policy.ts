import { fail } from "../../base/errors.ts";
import type { ExitPolicy } from "../pod.ts";

/** `--exit-policy`: `continue`, `stop`, and beyond podman `any`, `failure`, `main:CONTAINER`. Throws INVALID_ARGUMENT. */
export function parseExitPolicy(text: string): ExitPolicy {
  if (text.startsWith("main:") && text.length > "main:".length)
    return { policy: "main", container: text.slice("main:".length) };
  switch (text) {
    case "":
    case "continue":
      return { policy: "continue" };
    case "stop":
    case "any":
    case "failure":
      return { policy: text };
    default:
      throw fail("INVALID_ARGUMENT", { message: `invalid pod exit policy: "${text}"` });
  }
}

/** The policy in the notation of `--exit-policy`. */
export function formatExitPolicy(policy: ExitPolicy): string {
  return policy.policy === "main" ? `main:${policy.container}` : policy.policy;
}
