import { fail } from "../../../base/errors.ts";
import type { ImageFormat } from "../../../engine/api/images.ts";
import { atLeast } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, text } from "../../flag-kinds.ts";
import { hostPath } from "./host-path.ts";
import { progressTo } from "./registry-flags.ts";

const FORMATS: readonly ImageFormat[] = ["oci-dir", "oci-archive", "docker-dir", "docker-archive"];

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** `save` (podman-save(1)). */
export const save = defineCommand({
  usage: "[options] IMAGE [IMAGE...]",
  description: "Writes images to an archive or a directory, or to stdout.",
  examples: ["save --output app.tar app", "save --format oci-archive app > app.tar"],
  flags: {
    compress: bool("Accepted for compatibility", { hidden: true }),
    format: text("oci-archive, oci-dir, docker-archive or docker-dir", { default: "docker-archive" }),
    "multi-image-archive": bool("Accepted for compatibility: every argument is an image", { short: "m" }),
    output: text("Write to this file instead of stdout", { short: "o" }),
    quiet: bool("Show no progress", { short: "q" }),
    uncompressed: bool("Accepted for compatibility", { hidden: true }),
  },
  args: atLeast(1),
  run: async (io, input) => {
    const { flags } = input;
    const format = FORMATS.find((name) => name === flags.format);
    if (!format) throw refuse(`format value must be one of ${FORMATS.join(" ")}`);
    const options = { format, ...progressTo(io, flags.quiet), signal: io.signal };
    if (flags.output !== undefined) {
      if (format === "docker-archive" && io.fileExists(flags.output) && !flags.output.startsWith("/dev/"))
        throw refuse("docker-archive doesn't support modifying existing images");
      await io.engine.images.save(input.args, hostPath(io, flags.output), options);
      return EXIT.ok;
    }
    if (format.endsWith("-dir")) throw refuse(`--output is needed for ${format}: a directory cannot go to stdout`);
    if (io.terminal.isTerminal("stdout")) throw refuse("refusing to save to terminal. Use -o flag or redirect");
    using spooled = io.temporaryPath();
    await io.engine.images.save(input.args, spooled.path, options);
    for await (const chunk of io.readChunks(spooled.path)) await io.outBytes(chunk);
    return EXIT.ok;
  },
});
