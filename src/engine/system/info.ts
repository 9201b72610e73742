import { VERSION } from "../../base/version.ts";
import { cgroupManagerOf } from "../../spec/inputs.ts";
import { listContainers } from "../containers/list.ts";
import type { EngineDeps } from "../deps.ts";
import { PODMAN_COMPAT } from "../version.ts";

/** podman-info(1): `host`, `store`, `registries`, `version`, with podman's field names. */
export async function engineInfo(deps: EngineDeps): Promise<Readonly<Record<string, unknown>>> {
  const { config, host } = deps;
  return {
    host: await hostInfo(deps),
    plugins: { volume: ["local"], network: ["bridge"], log: ["k8s-file", "none", "passthrough"], authorization: null },
    registries: config.registries.unqualifiedSearch.length === 0 ? {} : { search: config.registries.unqualifiedSearch },
    store: storeInfo(deps),
    version: { APIVersion: PODMAN_COMPAT, Version: VERSION, OsArch: `linux/${host.system.architecture}`, Os: "linux" },
  };
}

async function hostInfo(deps: EngineDeps): Promise<Readonly<Record<string, unknown>>> {
  const { system, cgroups, files } = deps.host;
  const choice = deps.runtimeChoice();
  const memory = meminfo(files.readTextIfExists("/proc/meminfo") ?? "");
  return {
    arch: system.architecture,
    cgroupManager: cgroupManagerOf(deps.config, deps.hostFacts()),
    cgroupVersion: cgroups.version() === "v2" ? "v2" : "v1",
    cgroupControllers: cgroups.controllers(),
    conmon: { path: deps.conmon().path, version: await versionOf(deps, deps.conmon().path) },
    cpus: system.cpus,
    eventLogger: "sqlite",
    hostname: system.hostname,
    kernel: system.kernel,
    logDriver: deps.config.logDriver,
    memFree: memory("MemFree"),
    memTotal: system.memory,
    networkBackend: "netavark",
    ociRuntime: { name: choice.name, path: choice.path, version: await deps.runtime().version() },
    os: "linux",
    security: {
      apparmorEnabled: deps.hostFacts().apparmor,
      capabilities: deps.config.defaultCapabilities.join(","),
      rootless: deps.hostFacts().rootless,
      seccompEnabled: true,
      seccompProfilePath: deps.config.seccompProfile ?? "/usr/share/containers/seccomp.json",
      selinuxEnabled: deps.hostFacts().selinux,
    },
    swapFree: memory("SwapFree"),
    swapTotal: memory("SwapTotal"),
  };
}

/** Bytes of a line of /proc/meminfo. */
function meminfo(text: string): (key: string) => number {
  const lines = new Map(
    text
      .split("\n")
      .map((line) => [line.split(":")[0] ?? "", Number.parseInt(line.split(":")[1] ?? "0", 10) * 1024] as const),
  );
  return (key) => lines.get(key) ?? 0;
}

async function versionOf(deps: EngineDeps, path: string): Promise<string> {
  const result = await deps.host.processes.run(path, ["--version"], { env: {}, timeoutMs: 10_000 });
  return new TextDecoder().decode(result.stdout).split("\n")[0] ?? "";
}

function storeInfo(deps: EngineDeps): Readonly<Record<string, unknown>> {
  const rows = listContainers(deps, { all: true });
  const count = (...statuses: readonly string[]) => rows.filter((row) => statuses.includes(row.status)).length;
  const images = deps.store.read((tx) => tx.images.list().length);
  const running = count("running");
  const paused = count("paused");
  return {
    containerStore: { number: rows.length, paused, running, stopped: rows.length - running - paused },
    graphDriverName: "overlay",
    graphRoot: deps.config.root,
    imageStore: { number: images },
    runRoot: deps.config.runRoot,
    volumePath: deps.paths.volumes,
  };
}
