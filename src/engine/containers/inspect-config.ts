import { join } from "node:path";
import type { ContainerConfig, HealthCheck } from "../../model/container.ts";
import type { EngineDeps } from "../deps.ts";
import { imageNameOf } from "../event-subject.ts";
import { hostnameOf } from "./file-setup.ts";

const SECOND_NS = 1_000_000_000;

/** `Config` of podman's container inspect. */
export function inspectConfig(deps: EngineDeps, config: ContainerConfig): Readonly<Record<string, unknown>> {
  const { health } = config;
  return {
    Hostname: hostnameOf(deps, config),
    Domainname: "",
    User: config.user,
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: config.terminal,
    OpenStdin: config.stdinOpen,
    StdinOnce: false,
    Env: environmentOf(deps, config),
    Cmd: config.command.length > 0 ? [...config.command] : [...config.argv],
    Image: imageNameOf(config),
    Volumes: null,
    WorkingDir: config.workdir,
    Entrypoint: config.entrypoint.join(" "),
    OnBuild: null,
    Labels: Object.keys(config.labels).length === 0 ? null : config.labels,
    Annotations: config.annotations,
    StopSignal: config.stopSignal,
    ...(health === undefined ? {} : { Healthcheck: inspectHealth(health) }),
    HealthcheckOnFailureAction: health?.onFailure ?? "none",
    CreateCommand: [...config.createCommand],
    Umask: `0${config.umask.toString(8).padStart(3, "0")}`,
    Timeout: config.runTimeout,
    StopTimeout: config.stopTimeout,
    Passwd: true,
    sdNotifyMode: "container",
  };
}

/** What the process has: with HOME and HOSTNAME while the container is set up, as podman. */
function environmentOf(deps: EngineDeps, config: ContainerConfig): readonly string[] {
  const text = deps.host.files.readTextIfExists(join(deps.paths.bundle(config.id), "config.json"));
  const spec = text === undefined ? undefined : (JSON.parse(text) as { process?: { env?: readonly string[] } });
  const own = config.hostname === "" ? {} : { HOSTNAME: config.hostname };
  return spec?.process?.env ?? Object.entries({ ...own, ...config.env }).map(([key, value]) => `${key}=${value}`);
}

function inspectHealth(health: HealthCheck): Readonly<Record<string, unknown>> {
  const nanoseconds = (seconds: number) => Math.round(seconds * SECOND_NS);
  return {
    Test: testOf(health),
    StartPeriod: nanoseconds(health.startPeriodSeconds),
    Interval: nanoseconds(health.intervalSeconds),
    Timeout: nanoseconds(health.timeoutSeconds),
    Retries: health.retries,
  };
}

function testOf({ probe }: HealthCheck): readonly string[] {
  switch (probe.kind) {
    case "exec":
      return ["CMD", ...probe.argv];
    case "shell":
      return ["CMD-SHELL", probe.command];
    case "tcp":
      return ["TCP", String(probe.port)];
    case "http":
      return ["HTTP", `${probe.port}${probe.path}`];
  }
}
