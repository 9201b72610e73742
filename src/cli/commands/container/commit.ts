import { between } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, choice, strings, text } from "../../flag-kinds.ts";
import { progressTo } from "../image/registry-flags.ts";

/** `commit` (podman-commit(1)). */
export const commit = defineCommand({
  usage: "[options] CONTAINER [IMAGE]",
  description: "Makes an image of a container: its image, and what it has changed as one more layer. Prints the ID.",
  examples: ["commit web web:changed", "commit --change 'CMD [\"/bin/sh\"]' --author me web"],
  flags: {
    author: text("Author of the image", { short: "a" }),
    change: strings("Instruction to apply to the image (CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ...)", { short: "c" }),
    format: choice("Accepted for compatibility: images are kept in OCI format", ["oci", "docker"], {
      short: "f",
      default: "oci",
    }),
    iidfile: text("Write the ID to this file"),
    "include-volumes": bool("Note the container's volumes in the image"),
    message: text("Comment in the image's history", { short: "m" }),
    pause: bool("Freeze a running container meanwhile", { short: "p" }),
    quiet: bool("Show no progress", { short: "q" }),
  },
  args: between(1, 2),
  run: async (io, input) => {
    const { flags } = input;
    const [ref = "", reference] = input.args;
    const id = await io.engine.containers.commit(ref, {
      ...progressTo(io, flags.quiet),
      signal: io.signal,
      changes: flags.change,
      pause: flags.pause,
      includeVolumes: flags["include-volumes"],
      ...(reference === undefined ? {} : { reference }),
      ...(flags.author === undefined ? {} : { author: flags.author }),
      ...(flags.message === undefined ? {} : { message: flags.message }),
    });
    if (flags.iidfile !== undefined) io.writeFile(flags.iidfile, id);
    await io.out(`${id}\n`);
    return EXIT.ok;
  },
});
