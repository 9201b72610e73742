import { exactly } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { existsCode } from "../../inspect-many.ts";

/** `volume exists`: exit code 0 if there is such a volume, 1 if not. */
export const exists = defineCommand({
  usage: "VOLUME",
  description: "Says by its exit code if a volume exists: 0 is yes, 1 is no.",
  flags: {},
  args: exactly(1),
  run: (io, input) => existsCode(io.engine.volumes.exists(input.args[0] ?? "")),
});
