import { exactly } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { existsCode } from "../../inspect-many.ts";

/** `image exists`: exit code 0 if there is such an image, 1 if not. */
export const exists = defineCommand({
  usage: "IMAGE",
  description: "Says by its exit code if an image is stored here: 0 is yes, 1 is no.",
  flags: {},
  args: exactly(1),
  run: (io, input) => existsCode(io.engine.images.exists(input.args[0] ?? "")),
});
