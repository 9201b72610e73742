import { atLeast } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";

/** `untag` (podman-untag(1)). */
export const untag = defineCommand({
  usage: "IMAGE [IMAGE...]",
  description: "Takes names away from an image, all of them if none is given. The image stays.",
  examples: ["untag app:1", "untag app:1 registry.example.com/app:1"],
  flags: {},
  args: atLeast(1),
  run: async (io, input) => {
    const [image = "", ...names] = input.args;
    await io.engine.images.untag(image, names);
    return EXIT.ok;
  },
});
