import { join } from "node:path";
import type { ContainerId } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import { loadOnCall } from "../base/load-on-call.ts";
import { Pool } from "../base/pool.ts";
import type { ConfigOverrides, EngineConfig } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { Conmon, findConmon } from "../drivers/conmon/driver.ts";
import { OciRuntime } from "../drivers/oci-runtime/driver.ts";
import { chooseRuntime, type RuntimeChoice } from "../drivers/oci-runtime/probe.ts";
import type { Host } from "../host/ports.ts";
import { openRootfs } from "../images/rootfs.ts";
import { imageUsers } from "../images/users.ts";
import type { HostFacts } from "../spec/inputs.ts";
import { cgroupManagerOf } from "../spec/inputs.ts";
import { openLocks } from "../store/locks.ts";
import { openStore } from "../store/open.ts";
import type { Engine } from "./api/engine.ts";
import { listContainers } from "./containers/list.ts";
import type { EngineDeps } from "./deps.ts";
import { engineEvents } from "./events.ts";
import { readHostFacts } from "./host-facts.ts";
import { enginePaths } from "./paths.ts";
import { listPods } from "./pods/list.ts";
import { SupervisorGate } from "./supervisor/gate.ts";
import { systemOf } from "./system/facade.ts";

/** Where OCI runtimes and other programs are looked for. */
const PROGRAM_DIRECTORIES = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** What conmon and the runtimes get of an environment. */
const PROGRAM_PATH = PROGRAM_DIRECTORIES.join(":");

export interface EngineOptions extends ConfigOverrides {
  /** argv that starts the CLI for conmon's exit command; default is the running program or the package's own CLI. */
  readonly selfArgv?: readonly string[];
}

/**
 * Opens an engine on a host: configuration and state are read, nothing is started.
 *
 * @throws ROOT_REQUIRED as an ordinary user, STATE_TOO_NEW, STATE_DAMAGED, INVALID_ARGUMENT for a bad configuration file
 */
export function openEngineOn(host: Host, options: EngineOptions = {}): Engine {
  if (host.system.euid !== 0) throw fail("ROOT_REQUIRED", { command: "minke" });
  const config = loadConfig(host, options);
  const deps = engineDeps(host, config, options);
  return {
    containers: loadOnCall(async () => (await import("./containers/facade.ts")).containersOf(deps), {
      ready: { list: async (listOptions) => listContainers(deps, listOptions) },
      iterables: ["copyOut", "export", "logs"],
    }),
    pods: loadOnCall(async () => (await import("./pods/facade.ts")).podsOf(deps), {
      ready: { list: async (listOptions) => listPods(deps, listOptions) },
      iterables: ["logs"],
    }),
    images: deps.images,
    volumes: loadOnCall(async () => (await import("./volumes/facade.ts")).volumesOf(deps)),
    networks: loadOnCall(() => deps.networks()),
    system: systemOf(deps),
    events: (eventOptions) => engineEvents(deps, eventOptions),
    [Symbol.asyncDispose]: async () => deps.store[Symbol.dispose](),
  };
}

function engineDeps(host: Host, config: EngineConfig, options: EngineOptions): EngineDeps {
  const paths = enginePaths(config.root, config.runRoot);
  const store = openStore(host, { root: config.root, runRoot: config.runRoot });
  const facts = lazy((): HostFacts => readHostFacts(host, config));
  const choice = lazy(
    (): RuntimeChoice =>
      chooseRuntime(host, { wanted: config.runtime, known: config.runtimes, directories: PROGRAM_DIRECTORIES }),
  );
  const afterExit: EngineDeps["afterExit"] = {};
  const force = async (ids: readonly ContainerId[]) => {
    const { removeContainer } = await import("./containers/remove.ts");
    for (const id of ids) await removeContainer(deps, id, { force: true, volumes: true });
  };
  const networks = lazy(async () => {
    const { openNetworks } = await import("../network/open.ts");
    return openNetworks({ host, store, config, removeContainers: force });
  });
  const selfArgv = [...(options.selfArgv ?? host.system.selfArgv), ...globalFlags(config, options)];
  const deps: EngineDeps = {
    host,
    store,
    config,
    paths,
    locks: openLocks(host, join(config.runRoot, "locks")),
    images: loadOnCall(async () => {
      const { openImages } = await import("../images/open.ts");
      return openImages({
        host,
        store,
        config,
        onForceRemove: (id) => force(store.read((tx) => imageUsers(tx.containers.list(), id))),
      });
    }),
    rootfs: openRootfs({ host, config }),
    networks,
    pool: new Pool(() => config.maxWorkers),
    selectionPool: new Pool(() => config.maxWorkers),
    hostFacts: facts,
    runtimeChoice: choice,
    conmon: lazy(
      () => new Conmon(host, { path: findConmon(host.processes, config.conmonPaths), env: programEnv(host, config) }),
    ),
    runtime: (made) =>
      runtimeOf(host, { paths: made ?? ownRuntime(choice(), paths.runtimeState), config, facts: facts() }),
    selfArgv,
    supervisor: new SupervisorGate({
      host,
      directory: paths.supervisor,
      selfArgv,
      movesProcesses: () => cgroupManagerOf(config, facts()) === "cgroupfs",
    }),
    afterExit,
  };
  afterExit.applyExitPolicy = async (pod, exited) => {
    const { applyExitPolicy } = await import("./pods/exit-policy.ts");
    await applyExitPolicy(deps, pod, exited);
  };
  return deps;
}

function ownRuntime(choice: RuntimeChoice, stateDirectory: string): { readonly path: string; readonly root: string } {
  return { path: choice.path, root: join(stateDirectory, choice.name) };
}

interface RuntimeInput {
  readonly paths: { readonly path: string; readonly root: string };
  readonly config: EngineConfig;
  readonly facts: HostFacts;
}

function runtimeOf(host: Host, input: RuntimeInput): OciRuntime {
  return new OciRuntime(host, {
    ...input.paths,
    name: input.paths.path.split("/").at(-1) ?? input.paths.path,
    systemdCgroup: cgroupManagerOf(input.config, input.facts) === "systemd",
    env: { PATH: PROGRAM_PATH },
  });
}

/** What decides where configuration is read from must reach the exit command, which inherits conmon's environment. */
const FORWARDED = ["HOME", "XDG_RUNTIME_DIR", "CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE"];

function programEnv(host: Host, config: EngineConfig): Readonly<Record<string, string>> {
  const forwarded = FORWARDED.flatMap((name) => {
    const value = host.system.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const extra = config.conmonEnv.map(
    (entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)] as const,
  );
  return { PATH: PROGRAM_PATH, ...Object.fromEntries(forwarded), ...Object.fromEntries(extra) };
}

/** The exit command must find this very root and runtime again. */
function globalFlags(config: EngineConfig, options: EngineOptions): readonly string[] {
  return [
    "--root",
    config.root,
    "--runroot",
    config.runRoot,
    ...(options.runtime === undefined ? [] : ["--runtime", options.runtime]),
    ...(options.cgroupManager === undefined || options.cgroupManager === "auto"
      ? []
      : ["--cgroup-manager", options.cgroupManager]),
  ];
}

/** Computes once, at the first call. */
function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
