import { atLeast } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { text } from "../../flag-kinds.ts";
import { inspectMany } from "../../inspect-many.ts";

/** `network inspect` (podman-network-inspect(1)). */
export const inspect = defineCommand({
  usage: "[options] NETWORK [NETWORK...]",
  description: "Prints everything that is known about networks, as JSON or through a Go template.",
  examples: ["network inspect back", "network inspect --format '{{range .Subnets}}{{.Subnet}}{{end}}' back"],
  flags: { format: text("Go template, or json", { short: "f", default: "json" }) },
  args: atLeast(1),
  run: async (io, input) =>
    await inspectMany(io, {
      refs: input.args,
      inspect: (ref) => io.engine.networks.inspect(ref),
      format: input.flags.format,
      missing: (ref, message) => `network ${ref}: ${message}`,
      zeros: { subnets: [], labels: new Map(), options: new Map() },
    }),
});
