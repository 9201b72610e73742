import { fail } from "../../../base/errors.ts";
import type { VolumeDefinition } from "../../../model/volume.ts";
import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, list, text } from "../../flag-kinds.ts";
import { renderFormat } from "../../render/format.ts";
import { GoTime } from "../../render/go-time.ts";
import { compareKeys } from "../../render/json.ts";
import { type Column, renderTable } from "../../render/table.ts";

const HEADERS = { Name: "VOLUME NAME" };

const COLUMNS: readonly Column<VolumeDefinition>[] = [
  { header: "DRIVER", value: (volume) => volume.driver },
  { header: "VOLUME NAME", value: (volume) => volume.name },
];

const jsonOf = (volume: VolumeDefinition) => ({
  Name: volume.name,
  Driver: volume.driver,
  Mountpoint: volume.mountpoint,
  CreatedAt: GoTime.fromMs(volume.createdAt),
  Labels: volume.labels,
  Scope: "local",
  Options: volume.options,
  ...(volume.uid === 0 ? {} : { UID: volume.uid }),
  ...(volume.gid === 0 ? {} : { GID: volume.gid }),
  ...(volume.anonymous ? { Anonymous: true } : {}),
  MountCount: 0,
  NeedsCopyUp: volume.needsCopyUp,
});

/** The row as templates see it. */
const rowOf = (volume: VolumeDefinition) => ({
  UID: 0,
  GID: 0,
  Anonymous: false,
  ...jsonOf(volume),
  Labels: new Map(Object.entries(volume.labels)),
  Options: new Map(Object.entries(volume.options)),
});

/** `volume ls` (podman-volume-ls(1)). */
export const ls = defineCommand({
  usage: "[options]",
  description: "Lists volumes.",
  examples: ["volume ls", "volume ls --filter label=app=web --quiet"],
  flags: {
    filter: list("Only volumes that match, as key=value", { short: "f" }),
    format: text("Go template, `table` with one, or json"),
    noheading: bool("Leave the heading out", { short: "n" }),
    quiet: bool("Show names only", { short: "q" }),
  },
  args: noArguments,
  run: async (io, input) => {
    const { flags } = input;
    if (flags.quiet && flags.format !== undefined)
      throw fail("INVALID_ARGUMENT", { message: "quiet and format flags cannot be used together" });
    const found = await io.engine.volumes.list({ filters: parseFilters(flags.filter) });
    const volumes = [...found].sort((a, b) => compareKeys(a.name, b.name));
    if (flags.quiet) await io.out(volumes.map((volume) => `${volume.name}\n`).join(""));
    else if (flags.format !== undefined)
      await io.out(
        renderFormat(flags.format, volumes.map(rowOf), {
          name: "list",
          typeName: "entities.VolumeListReport",
          headers: HEADERS,
          noHeading: flags.noheading,
          json: () => volumes.map(jsonOf),
        }),
      );
    else await io.out(renderTable(COLUMNS, volumes, { noHeading: flags.noheading }));
    return EXIT.ok;
  },
});
