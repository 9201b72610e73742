import { fail } from "../../../base/errors.ts";
import type { DiskUsage } from "../../../engine/api/system.ts";
import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, text } from "../../flag-kinds.ts";
import { renderFormat } from "../../render/format.ts";
import { humanAgo, humanDuration, humanSize } from "../../render/human.ts";
import { type Column, renderTable } from "../../render/table.ts";

interface Summary {
  readonly Type: string;
  readonly Total: number;
  readonly Active: number;
  readonly Size: string;
  readonly Reclaimable: string;
}

interface Part {
  readonly size: number;
  readonly active: boolean;
}

function summaryOf(type: string, parts: readonly Part[]): Summary {
  const sum = (some: readonly Part[]) => some.reduce((total, { size }) => total + size, 0);
  const size = sum(parts);
  const free = sum(parts.filter(({ active }) => !active));
  return {
    Type: type,
    Total: parts.length,
    Active: parts.filter(({ active }) => active).length,
    Size: humanSize(size),
    Reclaimable: `${humanSize(free)} (${size === 0 ? 0 : Math.round((free / size) * 100)}%)`,
  };
}

function summaries(usage: DiskUsage): readonly Summary[] {
  return [
    summaryOf(
      "Images",
      usage.images.map(({ image, containers }) => ({ size: image.size, active: containers > 0 })),
    ),
    summaryOf(
      "Containers",
      usage.containers.map(({ size, status }) => ({ size, active: status === "running" })),
    ),
    summaryOf(
      "Local Volumes",
      usage.volumes.map(({ size, links }) => ({ size, active: links > 0 })),
    ),
  ];
}

const COLUMNS: readonly Column<Summary>[] = [
  { header: "TYPE", value: (row) => row.Type },
  { header: "TOTAL", value: (row) => String(row.Total) },
  { header: "ACTIVE", value: (row) => String(row.Active) },
  { header: "SIZE", value: (row) => row.Size },
  { header: "RECLAIMABLE", value: (row) => row.Reclaimable },
];

const ID_LENGTH = 12;

function nameOf(names: readonly string[]): readonly [string, string] {
  const name = names[0] ?? "<none>:<none>";
  const colon = name.lastIndexOf(":");
  return [name.slice(0, colon), name.slice(colon + 1)];
}

function details(usage: DiskUsage, now: number): string {
  const images: readonly Column<DiskUsage["images"][number]>[] = [
    { header: "REPOSITORY", value: ({ image }) => nameOf(image.names)[0] },
    { header: "TAG", value: ({ image }) => nameOf(image.names)[1] },
    { header: "IMAGE ID", value: ({ image }) => image.id.slice(0, ID_LENGTH) },
    { header: "CREATED", value: ({ image }) => humanDuration(now - image.createdAt) },
    { header: "SIZE", value: ({ image }) => humanSize(image.size) },
    { header: "SHARED SIZE", value: (row) => humanSize(row.sharedSize) },
    { header: "UNIQUE SIZE", value: (row) => humanSize(row.uniqueSize) },
    { header: "CONTAINERS", value: (row) => String(row.containers) },
  ];
  const containers: readonly Column<DiskUsage["containers"][number]>[] = [
    { header: "CONTAINER ID", value: ({ config }) => config.id.slice(0, ID_LENGTH) },
    { header: "IMAGE", value: ({ config }) => (config.rootfs.kind === "image" ? config.rootfs.imageName : "") },
    { header: "COMMAND", value: ({ config }) => config.argv.join(" ") },
    {
      header: "LOCAL VOLUMES",
      value: ({ config }) => String(config.mounts.filter(({ type }) => type === "volume").length),
    },
    { header: "SIZE", value: (row) => humanSize(row.size) },
    { header: "CREATED", value: ({ config }) => humanAgo(config.createdAt, now) },
    { header: "STATUS", value: (row) => row.status },
    { header: "NAMES", value: ({ config }) => config.name },
  ];
  const volumes: readonly Column<DiskUsage["volumes"][number]>[] = [
    { header: "VOLUME NAME", value: ({ volume }) => volume.name },
    { header: "LINKS", value: (row) => String(row.links) },
    { header: "SIZE", value: (row) => humanSize(row.size) },
  ];
  return [
    `Images space usage:\n\n${renderTable(images, usage.images)}`,
    `Containers space usage:\n\n${renderTable(containers, usage.containers)}`,
    `Local Volumes space usage:\n\n${renderTable(volumes, usage.volumes)}`,
  ].join("\n");
}

/** `system df` (podman-system-df(1)). */
export const df = defineCommand({
  usage: "[options]",
  description: "Shows what images, containers and volumes take on the disk, and how much of it nothing uses.",
  examples: ["system df", "system df --verbose", "system df --format '{{.Type}} {{.Reclaimable}}'"],
  flags: {
    format: text("Go template, `table` with one, or json"),
    verbose: bool("Show every image, container and volume", { short: "v" }),
  },
  args: noArguments,
  run: async (io, input) => {
    const { format, verbose } = input.flags;
    if (verbose && format !== undefined)
      throw fail("INVALID_ARGUMENT", { message: "cannot combine --format and --verbose flags" });
    const usage = await io.engine.system.df();
    if (verbose) await io.out(details(usage, io.now()));
    else if (format === undefined || format === "") await io.out(renderTable(COLUMNS, summaries(usage)));
    else
      await io.out(renderFormat(format, summaries(usage), { name: "df", typeName: "*system.dfSummary", headers: {} }));
    return EXIT.ok;
  },
});
