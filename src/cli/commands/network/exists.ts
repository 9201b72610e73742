import { exactly } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { existsCode } from "../../inspect-many.ts";

/** `network exists`: exit code 0 if there is such a network, 1 if not. */
export const exists = defineCommand({
  usage: "NETWORK",
  description: "Says by its exit code if a network exists: 0 is yes, 1 is no.",
  flags: {},
  args: exactly(1),
  run: (io, input) => existsCode(io.engine.networks.exists(input.args[0] ?? "")),
});
