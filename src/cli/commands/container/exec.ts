import { defined } from "../../../base/defined.ts";
import { fail, isEngineError, messageOf } from "../../../base/errors.ts";
import type { ExecOptions } from "../../../engine/api/containers.ts";
import { defineCommand, type Input, type Io } from "../../command.ts";
import { ENV_FLAGS, environmentOf } from "../../container-flags/process-flags.ts";
import { EXIT, execExitCodeOf } from "../../exit-codes.ts";
import { bool, text, uint } from "../../flag-kinds.ts";
import { errorLine } from "../../render/escape.ts";
import { DETACH_KEYS, withForeground } from "./foreground.ts";
import { LATEST, latestContainer } from "./selection.ts";

const FLAGS = {
  ...ENV_FLAGS,
  detach: bool("Do not wait; print the session's ID", { short: "d" }),
  "detach-keys": DETACH_KEYS,
  interactive: bool("Pass stdin on", { short: "i" }),
  latest: LATEST,
  "preserve-fds": uint("Not supported", { hidden: true }),
  privileged: bool("Give the process all the privileges of the host"),
  tty: bool("Give the process a terminal", { short: "t" }),
  user: text("User and group (<name|uid>[:<group|gid>])", { short: "u" }),
  workdir: text("Working directory", { short: "w" }),
};

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

function environment(io: Io, flags: Input<typeof FLAGS>["flags"]): Readonly<Record<string, string>> {
  try {
    return environmentOf(io, flags);
  } catch (error) {
    const message = messageOf(error);
    throw refuse(message.startsWith("parsing env file") ? message : `parsing environment variables: ${message}`);
  }
}

async function run(io: Io, ref: string, options: ExecOptions, flags: Input<typeof FLAGS>["flags"]): Promise<number> {
  try {
    if (flags.detach) {
      await io.out(`${await io.engine.containers.execDetached(ref, options)}\n`);
      return EXIT.ok;
    }
    const streams = { tty: flags.tty, stdin: flags.interactive, detachKeys: flags["detach-keys"] };
    return await withForeground(io, streams, (stdio) => io.engine.containers.exec(ref, options, stdio));
  } catch (error) {
    if (!isEngineError(error) || io.signal.aborted) throw error;
    io.err(errorLine(error.message));
    return flags.detach ? EXIT.engine : execExitCodeOf(error);
  }
}

/** `container exec`. */
export const exec = defineCommand({
  usage: "[options] CONTAINER [COMMAND [ARG...]]",
  description: "Runs one more process in a running container and exits with its code.",
  examples: ["exec web ls /srv", "exec --interactive --tty web sh", "exec --user www web id"],
  flags: FLAGS,
  stopAtFirstArgument: true,
  args: ({ args, flags }) => {
    if (args.length === 0 && flags["latest"] !== true)
      throw refuse("exec requires the name or ID of a container or the --latest flag");
  },
  run: async (io, input) => {
    const { flags } = input;
    if (flags["preserve-fds"]) throw refuse("--preserve-fds is not supported yet");
    const ref = flags.latest ? await latestContainer(io) : (input.args[0] ?? "");
    const command = flags.latest ? input.args : input.args.slice(1);
    const env = environment(io, flags);
    if (command.length === 0) {
      await io.engine.containers.resolve(ref);
      io.err("Error: must provide a non-empty command to start an exec session: invalid argument\n");
      return EXIT.notRunning;
    }
    const options = defined({
      signal: io.signal,
      command,
      env: Object.keys(env).length > 0 ? env : undefined,
      workdir: flags.workdir || undefined,
      user: flags.user || undefined,
      terminal: flags.tty || undefined,
      privileged: flags.privileged || undefined,
    });
    return await run(io, ref, options, flags);
  },
});
