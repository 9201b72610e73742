import { fail } from "../../../base/errors.ts";
import type { Stdio } from "../../../engine/api/containers.ts";
import { defineCommand, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool } from "../../flag-kinds.ts";
import { DETACH_KEYS, proxySignals, streamsOf, withForeground } from "./foreground.ts";
import { LATEST, latestContainer } from "./selection.ts";

/** Attaches, and returns the exit code of the process, or 0 if the user detached. */
async function attachTo(io: Io, ref: string, stdio: Stdio, proxy: boolean): Promise<number> {
  using _proxy = proxy ? proxySignals(io, ref) : undefined;
  const end = await io.engine.containers.attach(ref, stdio, { signal: io.signal });
  return end.reason === "ended" ? end.exitCode : EXIT.ok;
}

/** `container attach`. */
export const attach = defineCommand({
  usage: "[options] CONTAINER",
  description: "Connects this terminal to the main process of a running container, until it ends or you detach.",
  examples: ["attach web", "attach --no-stdin web"],
  flags: {
    "detach-keys": DETACH_KEYS,
    latest: LATEST,
    "no-stdin": bool("Do not pass stdin on"),
    "sig-proxy": bool("Pass signals on to the process", { default: true }),
  },
  args: ({ args, flags, command }) => {
    const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });
    if (args.length > 1 || (args.length > 0 && flags["latest"] === true))
      throw refuse(`\`${command}\` accepts at most one argument`);
    if (args.length === 0 && flags["latest"] !== true)
      throw refuse(`"${command}" requires a name, id, or the "--latest" flag`);
  },
  run: async (io, input) => {
    const { flags } = input;
    const ref = flags.latest ? await latestContainer(io) : (input.args[0] ?? "");
    const { tty, stdinOpen } = await streamsOf(io, ref);
    const options = { tty, stdin: stdinOpen && !flags["no-stdin"], detachKeys: flags["detach-keys"] };
    return await withForeground(io, options, (stdio) => attachTo(io, ref, stdio, flags["sig-proxy"] && !tty));
  },
});
