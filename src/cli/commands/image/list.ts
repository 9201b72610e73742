import { fail } from "../../../base/errors.ts";
import type { ImageRecord } from "../../../model/image.ts";
import { atMost } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, list as listFlag, text } from "../../flag-kinds.ts";
import { isJsonFormat, renderFormat } from "../../render/format.ts";
import { GoTime } from "../../render/go-time.ts";
import { humanAgo, humanImageSize } from "../../render/human.ts";
import { compareKeys, JSON_INDENT } from "../../render/json.ts";
import { type Column, renderTable } from "../../render/table.ts";

const NONE = "<none>";

const HEADERS = { ID: "IMAGE ID", CreatedSince: "CREATED", ReadOnly: "R/O" };

type View = { readonly now: number; readonly noTrunc: boolean; readonly containers: ReadonlyMap<string, number> };

/** Repository and tag of a full reference. */
export function splitName(name: string): { readonly repository: string; readonly tag: string } {
  const [path = ""] = name.split("@", 1);
  const at = path.lastIndexOf(":");
  if (at < 0 || path.includes("/", at)) return { repository: path, tag: NONE };
  return { repository: path.slice(0, at), tag: path.slice(at + 1) };
}

/** Names, and digests by which somebody asked for it. */
const namesOf = (image: ImageRecord) => [...image.names, ...(image.pinned ?? [])];

/** One row for each name of an image, one for an image without. */
function rowsOf(image: ImageRecord, view: View) {
  const labels = image.config.config.Labels ?? {};
  const fields = {
    ID: view.noTrunc ? `sha256:${image.id}` : image.id.slice(0, 12),
    Id: image.id,
    Digest: image.manifestDigest,
    Size: humanImageSize(image.size),
    VirtualSize: image.size,
    Created: humanAgo(image.createdAt, view.now),
    CreatedSince: humanAgo(image.createdAt, view.now),
    CreatedAt: GoTime.fromMs(Math.floor(image.createdAt / 1000) * 1000),
    CreatedTime: GoTime.fromMs(Math.floor(image.createdAt / 1000) * 1000),
    Names: namesOf(image),
    RepoTags: image.names,
    RepoDigests: image.repoDigests,
    History: image.names.join(", "),
    Labels: new Map(Object.entries(labels)),
    Containers: view.containers.get(image.id) ?? 0,
    ReadOnly: false,
    Dangling: namesOf(image).length === 0,
    ParentId: "",
    SharedSize: 0,
  };
  const shown = namesOf(image);
  const names = shown.length > 0 ? shown.map(splitName) : [{ repository: NONE, tag: NONE }];
  return names.map(({ repository, tag }) => ({
    ...fields,
    Repository: repository,
    Tag: tag,
    created: image.createdAt,
    bytes: image.size,
  }));
}

type Row = ReturnType<typeof rowsOf>[number];

function jsonOf(image: ImageRecord, containers: ReadonlyMap<string, number>) {
  const labels = image.config.config.Labels ?? null;
  const created = Math.floor(image.createdAt / 1000);
  return {
    Id: image.id,
    ParentId: "",
    RepoTags: image.names.length > 0 ? image.names : null,
    RepoDigests: image.repoDigests,
    Size: image.size,
    SharedSize: 0,
    VirtualSize: image.size,
    Labels: labels,
    Containers: containers.get(image.id) ?? 0,
    ...(namesOf(image).length > 0 ? { Names: namesOf(image) } : { Dangling: true }),
    Digest: image.manifestDigest,
    History: image.names,
    Created: created,
    CreatedAt: GoTime.fromMs(created * 1000).rfc3339(),
  };
}

const SORTS: Readonly<Record<string, (a: Row, b: Row) => number>> = {
  // podman compares whole seconds.
  created: (a, b) => Math.floor(b.created / 1000) - Math.floor(a.created / 1000),
  id: (a, b) => compareKeys(a.Id, b.Id),
  repository: (a, b) => compareKeys(a.Repository, b.Repository),
  size: (a, b) => a.bytes - b.bytes,
  tag: (a, b) => compareKeys(a.Tag, b.Tag),
};

function columnsOf(flags: { readonly digests: boolean; readonly history: boolean }): readonly Column<Row>[] {
  return [
    { header: "REPOSITORY", value: (row) => row.Repository },
    { header: "TAG", value: (row) => row.Tag },
    ...(flags.digests ? [{ header: "DIGEST", value: (row: Row) => row.Digest }] : []),
    { header: "IMAGE ID", value: (row) => row.ID },
    { header: "CREATED", value: (row) => row.CreatedSince },
    { header: "SIZE", value: (row) => row.Size },
    ...(flags.history ? [{ header: "HISTORY", value: (row: Row) => row.History || NONE }] : []),
  ];
}

/** Number of containers by image; only counted where it is shown. */
async function containersOf(io: Io, format: string | undefined): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  if (format === undefined || !(isJsonFormat(format) || format.includes("Containers"))) return counts;
  for (const { config } of await io.engine.containers.list({ all: true })) {
    if (config.rootfs.kind !== "image") continue;
    counts.set(config.rootfs.imageId, (counts.get(config.rootfs.imageId) ?? 0) + 1);
  }
  return counts;
}

const idLines = (rows: readonly Row[]) => [...new Set(rows.map((row) => `${row.ID}\n`))].join("");

/** `images` (podman-images(1)). */
export const list = defineCommand({
  usage: "[options] [IMAGE]",
  description: "Lists images, a line for each of their names.",
  examples: ["images", "images --filter dangling=true", "images --format '{{.Repository}}:{{.Tag}}'"],
  flags: {
    all: bool("Also images that only others are built on", { short: "a" }),
    digests: bool("Show digests"),
    filter: listFlag("Only images that match, as key=value", { short: "f" }),
    format: text("Go template, `table` with one, or json"),
    history: bool("Show former names"),
    "no-trunc": bool("Show whole IDs"),
    noheading: bool("Leave the heading out", { short: "n" }),
    quiet: bool("Show IDs only", { short: "q" }),
    sort: text("Order by tag, created, id, repository or size", { default: "created" }),
  },
  args: atMost(1),
  run: async (io, input) => {
    const { flags } = input;
    const order = Object.hasOwn(SORTS, flags.sort) ? SORTS[flags.sort] : undefined;
    if (!order)
      throw fail("INVALID_ARGUMENT", {
        message: `${JSON.stringify(flags.sort)} is not a valid field for sorting. Choose from: ${Object.keys(SORTS).join(", ")}`,
      });
    const filters = parseFilters([...flags.filter, ...input.args.map((name) => `reference=${name}`)]);
    const images = await io.engine.images.list({ filters, all: flags.all });
    const containers = await containersOf(io, flags.format);
    const view = { now: io.now(), noTrunc: flags["no-trunc"], containers };
    const rows = images.flatMap((image) => rowsOf(image, view)).sort(order);
    if (flags.quiet) await io.out(idLines(rows));
    else if (flags.format !== undefined) {
      const json = () => [...new Set(rows.map((row) => row.Id))].map((id) => images.find((image) => image.id === id));
      await io.out(
        renderFormat(flags.format, rows, {
          name: "images",
          typeName: "images.imageReporter",
          headers: HEADERS,
          noHeading: flags.noheading,
          indent: JSON_INDENT.images,
          json: () => json().flatMap((image) => (image ? [jsonOf(image, containers)] : [])),
        }),
      );
    } else await io.out(renderTable(columnsOf(flags), rows, { noHeading: flags.noheading }));
    return EXIT.ok;
  },
});
