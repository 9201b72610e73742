import { anyArguments } from "../argument-rules.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../exit-codes.ts";

/** The description of `help` for its own help page; main.ts answers the command itself. */
export const help = defineCommand({
  usage: "[command]",
  flags: {},
  args: anyArguments,
  needsEngine: false,
  run: async () => EXIT.ok,
});
