import { fail } from "../../../base/errors.ts";
import type { PodSummary } from "../../../engine/api/pods.ts";
import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, list, text } from "../../flag-kinds.ts";
import { renderFormat } from "../../render/format.ts";
import { GoTime } from "../../render/go-time.ts";
import { humanAgo } from "../../render/human.ts";
import { compareKeys } from "../../render/json.ts";
import { type Column, renderTable } from "../../render/table.ts";
import { latestPod } from "./members.ts";
import { LATEST } from "./selection.ts";

const HEADERS = {
  ID: "POD ID",
  Id: "POD ID",
  InfraID: "INFRA ID",
  InfraId: "INFRA ID",
  NumberOfContainers: "# OF CONTAINERS",
  ContainerIds: "IDS",
  ContainerNames: "NAMES",
  ContainerStatuses: "STATUS",
  Namespace: "NAMESPACES",
};

/** Members by id, the order in which podman lists them. */
const membersOf = (pod: PodSummary) => [...pod.members].sort((a, b) => compareKeys(a.id, b.id));

type View = { readonly now: number; readonly noTrunc: boolean };

/** The row as templates see it (spec/pods.md 8.2). */
function rowOf(pod: PodSummary, view: View) {
  const { config } = pod;
  const cut = (id: string) => (view.noTrunc ? id : id.slice(0, 12));
  const members = membersOf(pod);
  return {
    ID: cut(config.id),
    Id: cut(config.id),
    Name: config.name,
    Status: pod.status,
    Labels: new Map(Object.entries(config.labels)),
    Label: (key: unknown) => config.labels[String(key)] ?? "",
    NumberOfContainers: members.length,
    Cgroup: config.cgroupParent,
    Created: humanAgo(config.createdAt, view.now),
    CreatedAt: GoTime.fromMs(config.createdAt),
    InfraID: cut(config.infraId ?? ""),
    InfraId: cut(config.infraId ?? ""),
    Networks: pod.networks.join(","),
    ContainerIds: members.map((member) => cut(member.id)).join(","),
    ContainerNames: members.map((member) => member.name).join(","),
    ContainerStatuses: members.map((member) => member.status).join(","),
    Namespace: "",
    Containers: members.map((member) => ({ Id: member.id, Names: member.name, Status: member.status })),
  };
}

type Row = ReturnType<typeof rowOf>;

function jsonOf(pod: PodSummary) {
  const { config } = pod;
  return {
    Cgroup: config.cgroupParent,
    Containers: membersOf(pod).map((member) => ({ Id: member.id, Names: member.name, Status: member.status })),
    Created: GoTime.fromMs(config.createdAt),
    Id: config.id,
    InfraId: config.infraId ?? "",
    Name: config.name,
    Namespace: "",
    Networks: pod.networks,
    Status: pod.status,
    Labels: config.labels,
  };
}

const SORTS: Readonly<Record<string, (a: PodSummary, b: PodSummary) => number>> = {
  created: (a, b) => b.config.createdAt - a.config.createdAt,
  id: (a, b) => compareKeys(a.config.id, b.config.id),
  name: (a, b) => compareKeys(a.config.name, b.config.name),
  names: (a, b) => compareKeys(a.config.name, b.config.name),
  number: (a, b) => a.members.length - b.members.length,
  status: (a, b) => compareKeys(a.status, b.status),
};

interface Shown {
  readonly "ctr-ids": boolean;
  readonly "ctr-names": boolean;
  readonly "ctr-status": boolean;
  readonly ns: boolean;
}

function columnsOf(flags: Shown): readonly Column<Row>[] {
  const columns: Column<Row>[] = [
    { header: "POD ID", value: (row) => row.ID },
    { header: "NAME", value: (row) => row.Name },
    { header: "STATUS", value: (row) => row.Status },
    { header: "CREATED", value: (row) => row.Created },
    { header: "INFRA ID", value: (row) => row.InfraID },
  ];
  if (flags["ctr-ids"]) columns.push({ header: "IDS", value: (row) => row.ContainerIds });
  if (flags["ctr-names"]) columns.push({ header: "NAMES", value: (row) => row.ContainerNames });
  if (flags["ctr-status"]) columns.push({ header: "STATUS", value: (row) => row.ContainerStatuses });
  if (flags.ns) {
    columns.push({ header: "CGROUP", value: (row) => row.Cgroup });
    columns.push({ header: "NAMESPACES", value: (row) => row.Namespace });
  }
  if (!flags["ctr-ids"] && !flags["ctr-names"] && !flags["ctr-status"])
    columns.push({ header: "# OF CONTAINERS", value: (row) => String(row.NumberOfContainers) });
  return columns;
}

/** `pod ps` (spec/pods.md 8.2). */
export const ps = defineCommand({
  usage: "[options]",
  description: "Lists all pods with their state.",
  examples: ["pod ps", "pod ps --filter status=running --format '{{.Name}}'"],
  flags: {
    "ctr-ids": bool("Show the containers' IDs"),
    "ctr-names": bool("Show the containers' names"),
    "ctr-status": bool("Show the containers' states"),
    filter: list("Only pods that match, as key=value", { short: "f" }),
    format: text("Go template, `table` with one, or json"),
    latest: LATEST,
    "no-trunc": bool("Show whole IDs"),
    noheading: bool("Leave the heading out", { short: "n" }),
    ns: bool("Show cgroup and namespace", { aliases: ["namespace"] }),
    quiet: bool("Show IDs only", { short: "q" }),
    sort: text("Order by created, id, name, number or status", { default: "created" }),
  },
  args: noArguments,
  run: async (io, input) => {
    const { flags } = input;
    if (flags.quiet && flags.format !== undefined)
      throw fail("INVALID_ARGUMENT", { message: "quiet and format cannot be used together" });
    const order = Object.hasOwn(SORTS, flags.sort) ? SORTS[flags.sort] : undefined;
    if (!order)
      throw fail("INVALID_ARGUMENT", { message: "invalid option for --sort, options are: id, names, or number" });
    const filters = parseFilters(flags.filter);
    const found = flags.latest ? [await latestPod(io)] : await io.engine.pods.list({ filters });
    const pods = [...found].sort(order);
    const rows = pods.map((pod) => rowOf(pod, { now: io.now(), noTrunc: flags["no-trunc"] }));
    if (flags.quiet) await io.out(pods.map((pod) => `${pod.config.id}\n`).join(""));
    else if (flags.format !== undefined) {
      const options = { name: "ps", typeName: "pods.ListPodReporter", headers: HEADERS, json: () => pods.map(jsonOf) };
      await io.out(renderFormat(flags.format, rows, { ...options, noHeading: flags.noheading }));
    } else await io.out(renderTable(columnsOf(flags), rows, { noHeading: flags.noheading }));
    return EXIT.ok;
  },
});
