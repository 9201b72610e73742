import { atLeast } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { text } from "../../flag-kinds.ts";
import { inspectMany } from "../../inspect-many.ts";

/** `image inspect` (podman-image-inspect(1)). */
export const inspect = defineCommand({
  usage: "[options] IMAGE [IMAGE...]",
  description: "Prints everything that is known about images, as JSON or through a Go template.",
  examples: ["image inspect app:1", "image inspect --format '{{.Id}}' app:1"],
  flags: { format: text("Go template, or json", { short: "f", default: "json" }) },
  args: atLeast(1),
  run: async (io, input) =>
    await inspectMany(io, {
      refs: input.args,
      inspect: (ref) => io.engine.images.inspect(ref),
      format: input.flags.format,
      missing: (_ref, message) => message,
      zeros: { HealthCheck: null },
    }),
});
