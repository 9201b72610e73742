import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, strings } from "../../flag-kinds.ts";

const WARNINGS = {
  dangling: "WARNING! This command removes all dangling images.",
  all: "WARNING! This command removes all images without at least one container associated with them.",
};

/** `image prune` (podman-image-prune(1)). */
export const prune = defineCommand({
  usage: "[options]",
  description: "Removes images without a name, with --all every image that no container uses. Prints the IDs.",
  flags: {
    all: bool("Also images with names that no container uses", { short: "a" }),
    external: bool("Accepted for compatibility", { hidden: true }),
    filter: strings("Only images that match, as key=value"),
    force: bool("Do not ask", { short: "f" }),
  },
  args: noArguments,
  run: async (io, input) => {
    const { all, force } = input.flags;
    const filters = parseFilters(input.flags.filter);
    if (!force && !(await confirm(io, all ? WARNINGS.all : WARNINGS.dangling))) return EXIT.ok;
    const removed = await io.engine.images.prune({ all, filters, signal: io.signal });
    if (removed.length > 0) await io.out(removed.map((id) => `${id}\n`).join(""));
    return EXIT.ok;
  },
});
