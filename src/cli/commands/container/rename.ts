import { exactly } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";

/** `container rename`. */
export const rename = defineCommand({
  usage: "CONTAINER NAME",
  description: "Gives a container another name.",
  examples: ["rename web frontend"],
  flags: {},
  args: exactly(2),
  run: async (io, input) => {
    const [ref = "", name = ""] = input.args;
    await io.engine.containers.rename(ref, name);
    return EXIT.ok;
  },
});
