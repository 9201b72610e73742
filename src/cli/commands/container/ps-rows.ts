import type { ContainerSummary } from "../../../engine/api/containers.ts";
import type { PortMapping } from "../../../model/container.ts";
import { formatPort } from "../../../model/notation/ports.ts";
import { GoTime } from "../../render/go-time.ts";
import { humanAgo, humanDuration, humanSize } from "../../render/human.ts";

/** What the rows of `ps` are shown with. */
export interface PsView {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly noTrunc: boolean;
  /** Published ports by container id, for members of a pod those of its infra container. */
  readonly ports: ReadonlyMap<string, readonly PortMapping[]>;
}

/** Seconds since the epoch of Go's zero time. */
const ZERO_TIME = -62_135_596_800;

/** Characters of a command that a row shows. */
const COMMAND_LENGTH = 17;

const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

const isOver = (row: ContainerSummary) => row.status === "stopped" || row.status === "exited";

/** The state with the health behind it, as the STATUS column has it. */
function statusWithHealth(row: ContainerSummary, now: number): string {
  const health = row.health === undefined ? "" : ` (${row.health.status})`;
  return `${statusText(row, now)}${health}`;
}

/** `Restarting (1) 2 seconds ago`, `Up 2 minutes`, `Exited (0) 3 hours ago`, `Created`. */
export function statusText(row: ContainerSummary, now: number): string {
  if (row.status === "running") return `Up ${humanDuration(now - (row.state?.startedAt ?? now))}`;
  if (!isOver(row)) return capitalised(row.status);
  const ago = humanAgo(row.lastRun.finishedAt ?? now, now);
  if (row.state?.restartAt !== undefined) return `Restarting (${row.lastRun.exitCode ?? 0}) ${ago}`;
  return `Exited (${row.lastRun.exitCode ?? 0}) ${ago}`;
}

/** The image as podman's listings name it. */
export function imageName({ config }: ContainerSummary): string {
  if (config.rootfs.kind === "image") return config.rootfs.imageName;
  return config.rootfs.kind === "pause" ? "localhost/minke-pause" : "";
}

/** The command as listings have it: without the entrypoint where the image's own is used; none for infra containers. */
function commandOf({ config }: ContainerSummary): readonly string[] {
  if (config.isInfra) return [];
  return config.command.length > 0 ? config.command : config.entrypoint;
}

function shortCommand(row: ContainerSummary, noTrunc: boolean): string {
  const text = commandOf(row).join(" ");
  return noTrunc || text.length <= COMMAND_LENGTH ? text : `${text.slice(0, COMMAND_LENGTH)}...`;
}

const networksOf = ({ config }: ContainerSummary) => config.network.attachments.map((one) => one.network);

const mountsOf = ({ config }: ContainerSummary) => config.mounts.map((mount) => mount.destination);

const seconds = (milliseconds: number | undefined) =>
  milliseconds === undefined ? ZERO_TIME : Math.floor(milliseconds / 1000);

const startedAt = (row: ContainerSummary) => row.state?.startedAt ?? row.lastRun.startedAt;

function sizeText(row: ContainerSummary): string {
  return row.size === undefined ? "" : `${humanSize(row.size.writable)} (virtual ${humanSize(row.size.total)})`;
}

const pidOf = (row: ContainerSummary) =>
  row.status === "running" || row.status === "paused" ? (row.state?.process?.pid ?? 0) : 0;

/** A row as tables and Go templates see it. */
export function psRow(row: ContainerSummary, view: PsView) {
  const { config } = row;
  const cut = (id: string) => (view.noTrunc ? id : id.slice(0, 12));
  const status = statusText(row, view.now);
  const created = GoTime.fromMs(config.createdAt);
  const age = humanAgo(config.createdAt, view.now);
  const names = row.namespaces ?? {};
  return {
    ID: cut(config.id),
    Id: config.id,
    Names: config.name,
    Image: imageName(row),
    ImageID: config.rootfs.kind === "image" ? config.rootfs.imageId : "",
    Command: shortCommand(row, view.noTrunc),
    Created: created,
    CreatedAt: created.toString(),
    CreatedHuman: age,
    RunningFor: age,
    Status: statusWithHealth(row, view.now),
    State: status,
    Ports: (view.ports.get(config.id) ?? []).map(formatPort).join(", "),
    Size: sizeText(row),
    Pod: cut(config.pod ?? ""),
    PodName: row.podName,
    Labels: new Map(Object.entries(config.labels)),
    Mounts: mountsOf(row).join(","),
    Networks: networksOf(row).join(","),
    Pid: pidOf(row),
    ExitCode: row.lastRun.exitCode ?? 0,
    Exited: isOver(row),
    ExitedAt: seconds(row.lastRun.finishedAt),
    StartedAt: seconds(startedAt(row)),
    AutoRemove: config.autoRemove,
    IsInfra: config.isInfra,
    Restarts: row.state?.restartCount ?? row.lastRun.restartCount ?? 0,
    CGROUPNS: names.cgroup ?? "",
    IPC: names.ipc ?? "",
    MNT: names.mnt ?? "",
    NET: names.net ?? "",
    PIDNS: names.pid ?? "",
    USERNS: names.user ?? "",
    UTS: names.uts ?? "",
    Namespaces: {
      MNT: names.mnt ?? "",
      Cgroup: names.cgroup ?? "",
      IPC: names.ipc ?? "",
      NET: names.net ?? "",
      PIDNS: names.pid ?? "",
      UTS: names.uts ?? "",
      User: names.user ?? "",
    },
  };
}

export type PsRow = ReturnType<typeof psRow>;

const orNull = <T>(values: readonly T[]) => (values.length > 0 ? values : null);

/** A row as `--format json` prints it. */
export function psJson(row: ContainerSummary, view: PsView): Readonly<Record<string, unknown>> {
  const { config } = row;
  const ports = (view.ports.get(config.id) ?? []).map((port) => ({
    host_ip: port.hostIp,
    container_port: port.containerPort,
    host_port: port.hostPort,
    range: port.range,
    protocol: port.protocol,
  }));
  const command = commandOf(row);
  return {
    AutoRemove: config.autoRemove,
    Command: orNull(command),
    CreatedAt: humanAgo(config.createdAt, view.now),
    Exited: isOver(row),
    ExitedAt: seconds(row.lastRun.finishedAt),
    ExitCode: row.lastRun.exitCode ?? 0,
    Id: config.id,
    Image: imageName(row),
    ImageID: config.rootfs.kind === "image" ? config.rootfs.imageId : "",
    IsInfra: config.isInfra,
    Labels: Object.keys(config.labels).length > 0 ? config.labels : null,
    Mounts: mountsOf(row),
    Names: [config.name],
    Namespaces: row.namespaces ?? {},
    Networks: networksOf(row),
    Pid: pidOf(row),
    Pod: config.pod ?? "",
    PodName: row.podName,
    Ports: orNull(ports),
    Restarts: row.state?.restartCount ?? row.lastRun.restartCount ?? 0,
    Size: row.size === undefined ? null : { rootFsSize: row.size.total, rwSize: row.size.writable },
    StartedAt: seconds(startedAt(row)),
    State: row.status,
    Status: statusWithHealth(row, view.now),
    Created: seconds(config.createdAt),
  };
}
