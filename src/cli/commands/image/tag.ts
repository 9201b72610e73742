import { atLeast } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";

/** `tag` (podman-tag(1)). */
export const tag = defineCommand({
  usage: "IMAGE TARGET_NAME [TARGET_NAME...]",
  description: "Gives an image further names; another image that has one of them loses it.",
  examples: ["tag app:1 registry.example.com/app:1"],
  flags: {},
  args: atLeast(2),
  run: async (io, input) => {
    const [image = "", ...names] = input.args;
    await io.engine.images.tag(image, names);
    return EXIT.ok;
  },
});
