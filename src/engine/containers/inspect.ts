import type { ContainerConfig } from "../../model/container.ts";
import type { HealthRecord } from "../../model/health.ts";
import { parseCapabilities } from "../../spec/capabilities.ts";
import { INIT_PATH } from "../../spec/generate-mounts.ts";
import type { ContainerSummary, InspectContainer } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { imageNameOf } from "../event-subject.ts";
import { isoTime } from "../iso-time.ts";
import { podsOfService } from "../pods/service-pods.ts";
import { inspectConfig } from "./inspect-config.ts";
import { boundingOf, inspectHostConfig } from "./inspect-host-config.ts";
import { inspectMounts } from "./inspect-mounts.ts";
import { inspectNetwork } from "./inspect-network.ts";
import { sizeOf, summaryOf } from "./list.ts";

/** podman-container-inspect(1): one container with podman 4.3.1's field names, JSON-ready. */
export function inspectContainer(
  deps: EngineDeps,
  config: ContainerConfig,
  options: { readonly size?: boolean } = {},
): InspectContainer {
  const summary = summaryOf(deps, config);
  const bundle = deps.paths.bundle(config.id);
  const own = config.namespaces.net.mode === "container" ? deps.paths.bundle(config.namespaces.net.id) : bundle;
  const image = config.rootfs.kind === "image" ? config.rootfs : undefined;
  const size = options.size === true ? sizeOf(deps, config) : undefined;
  const argv = config.init ? [INIT_PATH, "--", ...config.argv] : config.argv;
  return {
    Id: config.id,
    Created: isoTime(config.createdAt),
    Path: argv[0] ?? "",
    Args: argv.slice(1),
    State: inspectState(summary),
    Image: image?.imageId ?? "",
    ImageDigest: image === undefined ? "" : deps.store.read((tx) => tx.images.get(image.imageId)?.manifestDigest ?? ""),
    ImageName: imageNameOf(config),
    Rootfs: config.rootfs.kind === "path" ? config.rootfs.path : "",
    Pod: config.pod ?? "",
    ResolvConfPath: `${own}/resolv.conf`,
    HostnamePath: `${bundle}/hostname`,
    HostsPath: `${own}/hosts`,
    StaticDir: deps.paths.container(config.id),
    OCIConfigPath: `${bundle}/config.json`,
    OCIRuntime: (summary.state?.runtime ?? deps.runtimeChoice()).path.split("/").at(-1) ?? "",
    ConmonPidFile: config.conmonPidFile ?? `${bundle}/conmon.pid`,
    PidFile: config.pidFile ?? `${bundle}/pidfile`,
    Name: config.name,
    RestartCount: restartCountOf(summary),
    Driver: "overlay",
    MountLabel: "",
    ProcessLabel: "",
    AppArmorProfile: config.security.apparmorProfile ?? "",
    EffectiveCaps:
      config.user === "" || config.user === "root" || config.user === "0"
        ? boundingOf(deps, config)
        : parseCapabilities(config.security.capAdd),
    BoundingCaps: boundingOf(deps, config),
    ExecIDs: Object.keys(summary.state?.execSessions ?? {}),
    GraphDriver: { Name: "overlay", Data: graphData(deps, config, summary) },
    ...(size === undefined ? {} : { SizeRw: size.writable, SizeRootFs: size.total }),
    Mounts: inspectMounts(deps, config),
    Dependencies: dependencyIds(config),
    NetworkSettings: inspectNetwork(deps, config, summary.state),
    Namespace: "",
    IsInfra: config.isInfra,
    IsService: podsOfService(deps, config.id).length > 0,
    Config: inspectConfig(deps, config),
    HostConfig: inspectHostConfig(deps, config),
  };
}

function dependencyIds(config: ContainerConfig): readonly string[] {
  const donors = Object.values(config.namespaces).flatMap((mode) => (mode.mode === "container" ? [mode.id] : []));
  return [...new Set([...donors, ...config.dependsOn.map((d) => d.id)])];
}

function graphData(
  deps: EngineDeps,
  config: ContainerConfig,
  summary: ContainerSummary,
): Readonly<Record<string, string>> {
  if (config.rootfs.kind !== "image") return {};
  const mounted = summary.state !== undefined && summary.status !== "created" && summary.status !== "exited";
  return {
    UpperDir: deps.rootfs.upperPath(config.id),
    ...(mounted ? { MergedDir: deps.rootfs.mergedPath(config.id) } : {}),
  };
}

/** The count outlives the clean-up of a container, as podman's. */
function restartCountOf({ state, lastRun }: ContainerSummary): number {
  return state?.restartCount ?? lastRun.restartCount ?? 0;
}

function inspectHealth(record: HealthRecord | undefined): Readonly<Record<string, unknown>> {
  const log = (record?.log ?? []).map((entry) => ({
    Start: isoTime(entry.start),
    End: isoTime(entry.end),
    ExitCode: entry.exitCode,
    Output: entry.output,
  }));
  return {
    Status: record?.status ?? "",
    FailingStreak: record?.failingStreak ?? 0,
    Log: log.length === 0 ? null : log,
  };
}

function inspectState(summary: ContainerSummary): Readonly<Record<string, unknown>> {
  const { status, state, lastRun } = summary;
  const alive = ["running", "paused", "stopping", "initialized"].includes(status);
  return {
    OciVersion: "1.0.2-dev",
    Status: status,
    Running: status === "running",
    Paused: status === "paused",
    Restarting: state?.restartAt !== undefined,
    OOMKilled: lastRun.oomKilled ?? false,
    Dead: false,
    Pid: alive ? (state?.process?.pid ?? 0) : 0,
    ...(alive && state?.conmon !== undefined ? { ConmonPid: state.conmon.pid } : {}),
    ExitCode: alive ? 0 : (lastRun.exitCode ?? 0),
    Error: lastRun.error ?? "",
    StartedAt: isoTime(lastRun.startedAt),
    FinishedAt: isoTime(lastRun.finishedAt),
    Health: inspectHealth(summary.health),
    ...(alive && status !== "initialized" && state?.cgroupPath !== undefined ? { CgroupPath: state.cgroupPath } : {}),
    CheckpointedAt: isoTime(undefined),
    RestoredAt: isoTime(undefined),
  };
}
