import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import { EXIT, reportsExitCode } from "../../exit-codes.ts";
import { bool } from "../../flag-kinds.ts";
import { errorLine } from "../../render/escape.ts";

const WARNING = [
  "WARNING! This will remove:",
  ...["containers", "pods", "images", "networks", "volumes"].map((noun) => `        - all ${noun}`),
].join("\n");

/** `system reset` (podman-system-reset(1)). */
export const reset = defineCommand({
  usage: "[options]",
  description: "Removes all pods, containers, images, volumes and networks of this root, running ones as well.",
  examples: ["system reset --force"],
  flags: { force: bool("Do not ask", { short: "f" }) },
  args: noArguments,
  run: async (io, input) => {
    if (!input.flags.force && !(await confirm(io, WARNING))) return EXIT.ok;
    const { engine, signal } = io;
    const now = { force: true, timeout: 0, signal };
    const reports = [
      ...(await engine.pods.remove({ all: true }, now)),
      ...(await engine.containers.remove({ all: true }, { ...now, volumes: true })),
      ...(await engine.images.remove([], { all: true, force: true, signal })).reports,
      ...(await engine.volumes.remove([], { all: true, force: true, signal })),
      ...(await engine.networks.prune({ signal })),
    ];
    for (const report of reports) if (!report.ok) io.err(errorLine(report.error.message));
    return reportsExitCode(reports);
  },
});
