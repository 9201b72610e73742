import type { Report } from "../../../engine/api/containers.ts";
import type { DiskUsage } from "../../../engine/api/system.ts";
import { noArguments } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import { EXIT, reportsExitCode } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, strings } from "../../flag-kinds.ts";
import { errorLine } from "../../render/escape.ts";
import { humanSize } from "../../render/human.ts";

function warning(all: boolean, volumes: boolean): string {
  return [
    "WARNING! This command removes:",
    "\t- all stopped containers",
    "\t- all networks not used by at least one container",
    ...(volumes ? ["\t- all volumes not used by at least one container"] : []),
    all ? "\t- all images without at least one container associated with them" : "\t- all dangling images",
    all ? "\t- all build cache" : "\t- all dangling build cache",
    "",
  ].join("\n");
}

/** Prints what was removed of one kind, and hands its ids on. */
async function section(io: Io, title: string, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length > 0) await io.out(`Deleted ${title}\n${ids.join("\n")}\n`);
  return ids;
}

const removed = (reports: readonly Report[]) => reports.flatMap((report) => (report.ok ? [report.id] : []));

function reclaimed(usage: DiskUsage, gone: ReadonlySet<string>): number {
  const sizes = [
    ...usage.containers.map(({ config, size }) => [config.id, size] as const),
    ...usage.volumes.map(({ volume, size }) => [volume.name, size] as const),
    ...usage.images.map(({ image, uniqueSize }) => [image.id, uniqueSize] as const),
  ];
  return sizes.reduce((sum, [id, size]) => sum + (gone.has(id) ? size : 0), 0);
}

/** `system prune` (podman-system-prune(1)). */
export const prune = defineCommand({
  usage: "[options]",
  description: "Removes pods and containers that do not run, and networks and images that nothing uses.",
  examples: ["system prune", "system prune --all --volumes --force", "system prune --filter until=24h"],
  flags: {
    all: bool("Also images with names that no container uses", { short: "a" }),
    filter: strings("Only what matches (label=, until=)"),
    force: bool("Do not ask", { short: "f" }),
    volumes: bool("Also volumes that no container uses"),
  },
  args: noArguments,
  run: async (io, input) => {
    const { all, force, volumes } = input.flags;
    const filters = parseFilters(input.flags.filter);
    if (!force && !(await confirm(io, warning(all, volumes)))) return EXIT.ok;
    const { engine, signal } = io;
    const usage = await engine.system.df();
    // podman's filters are none of pods: those that match are not known, so they stay.
    const pods = Object.keys(filters).length === 0 ? await engine.pods.prune({ signal }) : [];
    const containers = await engine.containers.prune({ signal, filters });
    const networks = await engine.networks.prune({ signal, filters });
    const data = volumes ? await engine.volumes.prune({ signal, filters }) : [];
    const gone = [
      ...(await section(io, "Pods", removed(pods))),
      ...(await section(io, "Containers", removed(containers))),
      ...(await section(io, "Networks", removed(networks))),
      ...(await section(io, "Volumes", removed(data))),
      ...(await section(io, "Images", await engine.images.prune({ all, filters, signal }))),
    ];
    await io.out(`Total reclaimed space: ${humanSize(reclaimed(usage, new Set(gone)))}\n`);
    const reports = [...pods, ...containers, ...networks, ...data];
    for (const report of reports) if (!report.ok) io.err(errorLine(report.error.message));
    return reportsExitCode(reports);
  },
});
