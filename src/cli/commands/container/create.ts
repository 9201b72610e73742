import type { ContainerCreateOptions } from "../../../engine/api/container-options.ts";
import type { CreateResult } from "../../../engine/api/containers.ts";
import { atLeast } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { CREATE_FLAGS, createOptionsOf, INIT_CONTAINER_FLAG } from "../../container-flags/create-flags.ts";
import { EXIT } from "../../exit-codes.ts";

/**
 * Creates a container; warnings and the progress of a pull go to stderr.
 *
 * @param quiet no progress
 */
export async function createContainer(io: Io, options: ContainerCreateOptions, quiet: boolean): Promise<CreateResult> {
  const result = await io.engine.containers.create(options, {
    signal: io.signal,
    ...(quiet ? {} : { progress: (line) => io.err(`${line}\n`) }),
  });
  for (const warning of result.warnings) io.err(`${warning}\n`);
  return result;
}

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
