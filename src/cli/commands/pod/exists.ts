import { exactly } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { existsCode } from "../../inspect-many.ts";

/** `pod exists`: exit code 0 if there is such a pod, 1 if not. */
export const exists = defineCommand({
  usage: "POD",
  description: "Says by its exit code if a pod exists: 0 is yes, 1 is no.",
  flags: {},
  args: exactly(1),
  run: (io, input) => existsCode(io.engine.pods.exists(input.args[0] ?? "")),
});
