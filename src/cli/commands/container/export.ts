import { fail } from "../../../base/errors.ts";
import { exactly } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { text } from "../../flag-kinds.ts";

/** `export` (podman-export(1)). */
export const exportContainer = defineCommand({
  usage: "[options] CONTAINER",
  description: "Writes the root file system of a container as a tar, without its volumes, to stdout or a file.",
  examples: ["export web > web.tar", "export --output web.tar web"],
  flags: { output: text("Write to this file instead of stdout", { short: "o" }) },
  args: exactly(1),
  run: async (io, input) => {
    const [ref = ""] = input.args;
    const { output } = input.flags;
    if (output === undefined && io.terminal.isTerminal("stdout"))
      throw fail("INVALID_ARGUMENT", { message: "refusing to export to terminal. Use -o flag or redirect" });
    const id = await io.engine.containers.resolve(ref);
    const tar = io.engine.containers.export(id, { signal: io.signal });
    if (output !== undefined) await io.writeChunks(output, tar);
    else for await (const chunk of tar) await io.outBytes(chunk);
    return EXIT.ok;
  },
});
