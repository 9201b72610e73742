import { fail } from "../../../base/errors.ts";
import { exactly } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { bashCompletion, type Completable, fishCompletion, zshCompletion } from "../../completion.ts";
import { EXIT } from "../../exit-codes.ts";
import { text } from "../../flag-kinds.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const isShell = (name: string): name is keyof typeof SHELLS => Object.hasOwn(SHELLS, name);

async function completables(table: Io["commands"]): Promise<readonly Completable[]> {
  const commands = await Promise.all(
    table.commands
      .filter((entry) => entry.hidden !== true)
      .map(async ({ path, aliases = [], summary, load }) => {
        const { flags } = await load();
        return [path, ...aliases].map((each) => ({ path: each, summary, flags }));
      }),
  );
  const groups = table.groups.map(({ path, summary }) => ({ path, summary, flags: {} }));
  return [...groups, ...commands.flat()];
}

/** `completion` (podman-completion(1)), made from the command table. */
export const completion = defineCommand({
  usage: "[options] {bash|zsh|fish}",
  description: "Prints a script that completes commands and flags in a shell.",
  examples: ["completion bash > /etc/bash_completion.d/minke", "completion --file _minke zsh"],
  flags: { file: text("Write to this file instead of stdout", { short: "f" }) },
  args: exactly(1),
  needsEngine: false,
  run: async (io, input) => {
    const [shell = ""] = input.args;
    if (!isShell(shell))
      throw fail("INVALID_ARGUMENT", {
        message: `invalid argument "${shell}" for "minke completion": bash, zsh or fish`,
      });
    const script = SHELLS[shell](await completables(io.commands));
    if (input.flags.file === undefined) await io.out(script);
    else io.writeFile(input.flags.file, script);
    return EXIT.ok;
  },
});
