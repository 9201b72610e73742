import { fail } from "../../../base/errors.ts";
import { between } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, strings, text } from "../../flag-kinds.ts";
import { hostPath } from "./host-path.ts";
import { progressTo, watched } from "./registry-flags.ts";

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** `import` (podman-import(1)). */
export const importImage = defineCommand({
  usage: "[options] PATH [REFERENCE]",
  description: "Makes an image of one layer from a tar of a root file system; PATH - is stdin. Prints the ID.",
  examples: ["import rootfs.tar app:1", "import --change 'CMD [\"/bin/sh\"]' - app < rootfs.tar"],
  flags: {
    change: strings("Instruction to apply to the image (CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ...)", { short: "c" }),
    message: text("Message of the layer's history", { short: "m" }),
    quiet: bool("Show no progress", { short: "q" }),
  },
  args: between(1, 2),
  run: async (io, input) => {
    const [source = "", reference] = input.args;
    const { flags } = input;
    if (/^https?:/.test(source)) throw refuse(`${source}: fetch it first, only files and stdin can be imported`);
    const fromStdin = source === "-";
    if (!fromStdin && !io.fileExists(source)) throw refuse(`open ${source}: no such file or directory`);
    using spooled = fromStdin ? io.temporaryPath() : undefined;
    if (spooled) await io.writeChunks(spooled.path, io.stdin);
    const job = io.engine.images.import(spooled?.path ?? hostPath(io, source), {
      ...progressTo(io, flags.quiet),
      signal: io.signal,
      changes: flags.change,
      ...(reference === undefined ? {} : { reference }),
      ...(flags.message === undefined ? {} : { message: flags.message }),
    });
    const id = await watched(io, job, { quiet: flags.quiet, what: `Reading ${source}` });
    await io.out(`sha256:${id.replace(/^sha256:/, "")}\n`);
    return EXIT.ok;
  },
});
