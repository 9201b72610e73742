import { fail } from "../../../base/errors.ts";
import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, text } from "../../flag-kinds.ts";
import { hostPath } from "./host-path.ts";
import { progressTo, watched } from "./registry-flags.ts";

/** `load` (podman-load(1)). */
export const load = defineCommand({
  usage: "[options]",
  description: "Stores the images of an archive (docker-archive, oci-archive) or an OCI directory.",
  examples: ["load --input app.tar", "load < app.tar"],
  flags: {
    input: text("Read from this file instead of stdin", { short: "i" }),
    quiet: bool("Show no progress", { short: "q" }),
  },
  args: noArguments,
  run: async (io, input) => {
    const { flags } = input;
    if (flags.input !== undefined && !io.fileExists(flags.input))
      throw fail("INVALID_ARGUMENT", { message: `stat ${flags.input}: no such file or directory` });
    if (flags.input === undefined && io.terminal.isTerminal("stdin"))
      throw fail("INVALID_ARGUMENT", {
        message: "cannot read from terminal, use command-line redirection or the --input flag",
      });
    using spooled = flags.input === undefined ? io.temporaryPath() : undefined;
    if (spooled) await io.writeChunks(spooled.path, io.stdin);
    const path = spooled?.path ?? hostPath(io, flags.input ?? "");
    const job = io.engine.images.load(path, { ...progressTo(io, flags.quiet), signal: io.signal });
    const names = await watched(io, job, { quiet: flags.quiet, what: `Reading ${flags.input ?? "standard input"}` });
    await io.out(names.map((name) => `Loaded image: ${name}\n`).join(""));
    return EXIT.ok;
  },
});
