import { exactly } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool } from "../../flag-kinds.ts";

/** `container exists`. */
export const exists = defineCommand({
  usage: "[options] CONTAINER",
  description: "Exits with 0 if the container exists, and with 1 if it does not.",
  examples: ["container exists web || minke run --name web IMAGE"],
  flags: { external: bool("Accepted for podman's sake", { hidden: true }) },
  args: exactly(1),
  run: async (io, input) => ((await io.engine.containers.exists(input.args[0] ?? "")) ? EXIT.ok : EXIT.missing),
});
