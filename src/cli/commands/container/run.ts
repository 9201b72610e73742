import { fail, isEngineError, messageOf } from "../../../base/errors.ts";
import { atLeast } from "../../argument-rules.ts";
import { defineCommand, type Input, type Io } from "../../command.ts";
import { CREATE_FLAGS, createOptionsOf } from "../../container-flags/create-flags.ts";
import { EXIT, startExitCodeOf } from "../../exit-codes.ts";
import { bool, uint } from "../../flag-kinds.ts";
import { errorLine } from "../../render/escape.ts";
import { type Created, createContainer } from "./create-container.ts";
import { DETACH_KEYS, proxySignals, withForeground } from "./foreground.ts";

const FLAGS = {
  ...CREATE_FLAGS,
  detach: bool("Leave it in the background and print its ID", { short: "d" }),
  "detach-keys": DETACH_KEYS,
  passwd: bool("Accepted for podman's sake", { hidden: true, default: true }),
  "preserve-fds": uint("Not supported", { hidden: true }),
  rmi: bool("Not supported", { hidden: true }),
  "sig-proxy": bool("Pass signals on to the process", { default: true }),
};

type RunInput = Input<typeof FLAGS>;

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

const STREAMS = ["stdin", "stdout", "stderr"];

/** Which streams `--attach` and `--interactive` ask for. Throws INVALID_ARGUMENT. */
function streamsOf({ flags }: RunInput) {
  const chosen = flags.attach.map((name) => name.toLowerCase());
  for (const name of chosen)
    if (!STREAMS.includes(name))
      throw refuse(`invalid stream ${JSON.stringify(name)} for --attach - must be one of stdin, stdout, or stderr`);
  if (chosen.length === 0) return { stdin: flags.interactive, stdout: true, stderr: true };
  return {
    stdin: flags.interactive && chosen.includes("stdin"),
    stdout: chosen.includes("stdout"),
    stderr: chosen.includes("stderr"),
  };
}

function checkFlags({ flags }: RunInput): void {
  if (flags["preserve-fds"]) throw refuse("--preserve-fds is not supported yet");
  if (flags.rmi) throw refuse("--rmi is not supported yet");
}

/** Takes away what a failed start of `run --rm` leaves; after an interruption, only if it did not start. */
async function removeUnstarted(io: Io, { id, newPod }: Created): Promise<void> {
  const force = io.signal.aborted ? {} : { force: true };
  await io.engine.containers.remove({ refs: [id], ignoreMissing: true }, { ...force, volumes: true });
  if (!io.signal.aborted) await newPod?.remove({ force: true });
}

async function runForeground(io: Io, { id, newPod }: Created, input: RunInput): Promise<number> {
  const { flags } = input;
  const options = { ...streamsOf(input), tty: flags.tty, detachKeys: flags["detach-keys"] };
  return await withForeground(io, options, async (stdio) => {
    using _proxy = flags["sig-proxy"] && !flags.tty ? proxySignals(io, id) : undefined;
    const end = await io.engine.containers.startAttached(id, stdio, { signal: io.signal });
    if (end.reason !== "ended") return EXIT.ok;
    // The exit command does it too, but the caller may go on only when it is gone.
    if (flags.rm) await io.engine.containers.remove({ refs: [id], ignoreMissing: true }, { volumes: true });
    if (flags.rm) await newPod?.remove({ force: true });
    return end.exitCode;
  });
}

async function startIt(io: Io, created: Created, input: RunInput): Promise<number> {
  if (!input.flags.detach) return await runForeground(io, created, input);
  await io.engine.containers.start(created.id, { signal: io.signal });
  await io.out(`${created.id}\n`);
  return EXIT.ok;
}

/** `container run`. */
export const run = defineCommand({
  usage: "[options] IMAGE [COMMAND [ARG...]]",
  description: "Makes a container from an image and runs it: its output is this command's, and so is its exit code.",
  examples: ["run --rm alpine uname -a", "run --detach --name web -p 8080:80 nginx", "run -it --rm debian bash"],
  flags: FLAGS,
  args: atLeast(1),
  stopAtFirstArgument: true,
  run: async (io, input) => {
    checkFlags(input);
    streamsOf(input);
    const created = await createContainer(io, createOptionsOf(io, input), input.flags.quiet);
    try {
      return await startIt(io, created, input);
    } catch (error) {
      if (input.flags.rm) await removeUnstarted(io, created);
      if (!isEngineError(error) || io.signal.aborted) throw error;
      io.err(errorLine(messageOf(error)));
      return startExitCodeOf(error);
    }
  },
});
