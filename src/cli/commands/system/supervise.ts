import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";

/** `system supervise`: what the engine starts when something is due after the commands have left. */
export const supervise = defineCommand({
  usage: "",
  description:
    "Runs health checks, starts containers again and ends pods with their owners, until there is nothing left to do. The engine starts it by itself.",
  flags: {},
  args: noArguments,
  run: async (io) => {
    await io.engine.system.supervise({ signal: io.signal });
    return EXIT.ok;
  },
});
