import { fail } from "../../../base/errors.ts";
import type { ArgumentRule } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { bool, text } from "../../flag-kinds.ts";
import { inspectMany } from "../../inspect-many.ts";

const rule: ArgumentRule = ({ args, flags }) => {
  if ((flags["all"] === true) === args.length > 0)
    throw fail("INVALID_ARGUMENT", { message: "provide one or more volume names or use --all" });
};

/** `volume inspect` (podman-volume-inspect(1)). */
export const inspect = defineCommand({
  usage: "[options] VOLUME [VOLUME...]",
  description: "Prints everything that is known about volumes, as JSON or through a Go template.",
  examples: ["volume inspect data", "volume inspect --format '{{.Mountpoint}}' data"],
  flags: {
    all: bool("Every volume", { short: "a" }),
    format: text("Go template, or json", { short: "f", default: "json" }),
  },
  args: rule,
  run: async (io, input) => {
    const { volumes } = io.engine;
    const refs = input.flags.all ? (await volumes.list()).map((volume) => volume.name) : input.args;
    return await inspectMany(io, {
      refs,
      inspect: (ref) => volumes.inspect(ref),
      format: input.flags.format,
      missing: (ref) => `no such volume ${ref}`,
      zeros: { UID: 0, GID: 0, Anonymous: false },
    });
  },
});
