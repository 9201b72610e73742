import { atMost } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { CREATE_FLAGS } from "./create-flags.ts";
import { podCreateOptions } from "./create-options.ts";

/** `pod create` (spec/pods.md 3.1, 9.2). */
export const create = defineCommand({
  usage: "[options] [NAME]",
  description: [
    "Creates a pod without starting it and prints its ID.",
    "With --file the pod and its containers come from one YAML or JSON document: all or nothing.",
  ].join("\n"),
  examples: [
    "pod create web",
    "pod create --publish 8080:80 --label tier=front web",
    "pod create --file shop.yaml",
    "pod create --schema",
  ],
  flags: CREATE_FLAGS,
  args: atMost(1),
  stopAtFirstArgument: true,
  worksWithoutEngine: (input) => input.flags.schema,
  run: async (io, input) => {
    if (input.flags.schema) {
      await io.out((await import("../../pod-file/pod-shape.ts")).formatPodSchema());
      return EXIT.ok;
    }
    const options =
      input.flags.file === undefined
        ? podCreateOptions(io, input)
        : await (await import("./create-from-file.ts")).fileOptions(io, input);
    const progress = (line: string) => io.err(`${line}\n`);
    const pod = await io.engine.pods.create(options, { signal: io.signal, progress });
    for (const warning of pod.warnings) io.err(`${warning}\n`);
    await io.out(`${pod.id}\n`);
    return EXIT.ok;
  },
});
