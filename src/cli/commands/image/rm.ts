import { fail, hasCode } from "../../../base/errors.ts";
import type { Report } from "../../../engine/api/containers.ts";
import type { ArgumentRule } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool } from "../../flag-kinds.ts";
import { errorLine } from "../../render/escape.ts";

const rule: ArgumentRule = ({ args, flags }) => {
  if (flags["all"] === true && args.length > 0)
    throw fail("INVALID_ARGUMENT", {
      message: "when using the --all switch, you may not pass any images names or IDs",
    });
  if (flags["all"] !== true && args.length === 0)
    throw fail("INVALID_ARGUMENT", { message: "image name or ID must be specified" });
};

/** podman-rmi(1): 1 if all that failed was missing, 2 if some image is in use, else 125. */
function exitCode(reports: readonly Report[]): number {
  const errors = reports.flatMap((report) => (report.ok ? [] : [report.error]));
  if (errors.length === 0) return EXIT.ok;
  if (errors.every((error) => hasCode(error, "NO_SUCH_IMAGE"))) return EXIT.missing;
  return errors.some((error) => hasCode(error, "IMAGE_IN_USE")) ? EXIT.inUse : EXIT.engine;
}

/** `rmi` (podman-rmi(1)). */
export const rm = defineCommand({
  usage: "[options] IMAGE [IMAGE...]",
  description:
    "Takes a name away from an image; with its last name the image goes. --force removes its containers too.",
  examples: ["rmi app:1", "rmi --all --force"],
  flags: {
    all: bool("Remove every image", { short: "a" }),
    force: bool("Remove containers that use the image, and all its names", { short: "f" }),
    ignore: bool("Ignore images that do not exist", { short: "i" }),
    "no-prune": bool("Accepted for compatibility", { hidden: true }),
  },
  args: rule,
  run: async (io, input) => {
    const { all, force, ignore } = input.flags;
    const { results, reports } = await io.engine.images.remove(input.args, {
      all,
      force,
      ignoreMissing: ignore,
      signal: io.signal,
    });
    const lines = results.flatMap(({ untagged, deleted }) => [
      ...untagged.map((name) => `Untagged: ${name}\n`),
      ...deleted.map((id) => `Deleted: ${id}\n`),
    ]);
    if (lines.length > 0) await io.out(lines.join(""));
    for (const report of reports) if (!report.ok) io.err(errorLine(report.error.message));
    return exitCode(reports);
  },
});
