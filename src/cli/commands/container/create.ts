import { atLeast } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { CREATE_FLAGS, createOptionsOf, INIT_CONTAINER_FLAG } from "../../container-flags/create-flags.ts";
import { EXIT } from "../../exit-codes.ts";
import { createContainer } from "./create-container.ts";

/** `container create`. */
export const create = defineCommand({
  usage: "[options] IMAGE [COMMAND [ARG...]]",
  description: "Makes a container from an image without starting it, and prints its ID.",
  examples: ["create --name web -p 8080:80 nginx", "create --pod shop --requires db app"],
  flags: { ...CREATE_FLAGS, ...INIT_CONTAINER_FLAG },
  args: atLeast(1),
  stopAtFirstArgument: true,
  run: async (io, input) => {
    const options = createOptionsOf(io, input, input.flags["init-ctr"]);
    const { id } = await createContainer(io, options, input.flags.quiet);
    await io.out(`${id}\n`);
    return EXIT.ok;
  },
});
