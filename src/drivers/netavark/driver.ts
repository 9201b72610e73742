import type { Abortable } from "../../base/abortable.ts";
import { fail } from "../../base/errors.ts";
import { isHostError } from "../../base/host-error.ts";
import type {
  Child,
  Clock,
  Files,
  Inodes,
  NetworkNamespaces,
  Processes,
  StdioChoice,
  Streams,
} from "../../host/ports.ts";
import { netavarkArgs } from "./args.ts";
import { removeRules } from "./iptables.ts";
import { type NetavarkProbe, type ProbeOptions, probeNetavark, SYSTEM_PATH } from "./probe.ts";
import { type NetworkReply, parseFailure, parseSetupReply, saysAlreadyGone } from "./reply.ts";
import { firewallTargets, type NetavarkRequest, type NetworkRequest, renderRequest } from "./request.ts";

const SIGKILL = 9;
/** Milliseconds that an aborted netavark has to end by itself: killed half-way it leaves rules of a running iptables. */
const GRACE_MS = 5000;
/** Milliseconds between looks, and looks, at an interface that the kernel removes in its own time. */
const LOOK_MS = 20;
const LOOKS = 100;

export interface NetavarkDeps {
  readonly files: Files;
  readonly inodes: Inodes;
  readonly streams: Streams;
  readonly processes: Processes;
  readonly namespaces: NetworkNamespaces;
  readonly clock: Clock;
}

export interface NetavarkOptions {
  /** aardvark-dns' files and netavark's answers; a directory on tmpfs, one per engine root. */
  readonly runDir: string;
  /** Where the programs are looked for, in order. */
  readonly paths: ProbeOptions["paths"];
  readonly rootless: boolean;
  /** Port on which aardvark-dns listens. */
  readonly dnsPort: number;
  /** NETAVARK_FW, where the user set one. */
  readonly firewall?: string;
}

/** netavark and aardvark-dns. Calls change the host's packet filter: the caller holds a lock for the whole host. */
export interface Netavark {
  probe(): Promise<NetavarkProbe>;
  /** The packet filter that it drives here. Throws as `probe`. */
  firewall(): Promise<string>;
  /** Makes interfaces, routes, rules and DNS entries. Throws NETWORK_FAILED with netavark's reason. */
  setup(netnsPath: string, request: NetavarkRequest, options?: Abortable): Promise<ReadonlyMap<string, NetworkReply>>;
  /**
   * Removes what `setup` made, whole or in part, with or without the namespace.
   *
   * @throws NETWORK_FAILED if something could not be removed; the rest is removed nevertheless
   */
  teardown(netnsPath: string, request: NetavarkRequest, options: TeardownOptions): Promise<void>;
  /** True if the network's bridge is there. */
  bridgeExists(name: string): boolean;
}

export interface TeardownOptions extends Abortable {
  /** Keys of networks on which no other container is. Their bridge and chains go. */
  readonly last: ReadonlySet<string>;
}

/**
 * netavark as a program.
 *
 * @param deps the host
 * @param options where its files are
 */
export function openNetavark(deps: NetavarkDeps, options: NetavarkOptions): Netavark {
  let found: Promise<NetavarkProbe> | undefined;
  const probe = () => {
    found ??= probeNetavark(deps, { paths: options.paths, cacheDir: options.runDir }).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
  const driver = new Driver(deps, options, probe);
  return {
    probe,
    firewall: () => driver.firewall(),
    setup: (netnsPath, request, { signal } = {}) => driver.setup(netnsPath, request, signal),
    teardown: (netnsPath, request, teardownOptions) => driver.teardown(netnsPath, request, teardownOptions),
    bridgeExists: (name) => driver.bridgeExists(name),
  };
}

class Driver {
  readonly #deps: NetavarkDeps;
  readonly #options: NetavarkOptions;
  readonly #probe: () => Promise<NetavarkProbe>;

  constructor(deps: NetavarkDeps, options: NetavarkOptions, probe: () => Promise<NetavarkProbe>) {
    this.#deps = deps;
    this.#options = options;
    this.#probe = probe;
  }

  async setup(netnsPath: string, request: NetavarkRequest, signal: AbortSignal | undefined) {
    const { ok, stdout } = await this.#run("setup", netnsPath, renderRequest(request), signal);
    if (!ok) throw fail("NETWORK_FAILED", { message: parseFailure(stdout) });
    return parseSetupReply(stdout);
  }

  async teardown(netnsPath: string, request: NetavarkRequest, options: TeardownOptions): Promise<void> {
    const byHand = (await this.firewall()) === "iptables";
    // Interfaces and rules do not need each other, and the kernel takes its time over both.
    const [links, rules] = await Promise.allSettled([
      this.#removeLinks(netnsPath, renderRequest(request, { withoutFirewall: byHand }), options),
      byHand ? this.#removeRules(request, options.last) : undefined,
    ]);
    const failures = [links, rules].flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    const attempt = async (step: () => Promise<void>) => step().catch((error: unknown) => failures.push(error));
    const rest = request.networks.filter((network) => this.#isLeft(network, request.containerId, options.last));
    if (rest.length > 0) await attempt(() => this.#sweep({ ...request, ports: [], networks: rest }, options));
    // A bridge that went although other containers should be on it had none any more.
    const emptied = request.networks.filter(
      ({ key, definition }) => !options.last.has(key) && !this.bridgeExists(definition.interfaceName),
    );
    if (byHand && emptied.length > 0)
      await attempt(() => this.#removeRules({ ...request, networks: emptied }, new Set(emptied.map(({ key }) => key))));
    if (failures.length > 0) throw failures[0];
  }

  async #removeLinks(netnsPath: string, input: string, { signal }: TeardownOptions): Promise<void> {
    if (this.#deps.namespaces.exists(netnsPath)) await this.#teardownIn(netnsPath, input, signal);
  }

  #removeRules(request: NetavarkRequest, last: ReadonlySet<string>): Promise<void> {
    return removeRules(this.#deps, firewallTargets(request, last));
  }

  /** True if a bridge without containers or the container's DNS entry is still there. */
  #isLeft({ key, definition }: NetworkRequest, containerId: string, last: ReadonlySet<string>): boolean {
    if (definition.driver !== "bridge") return false;
    return (last.has(key) && this.bridgeExists(definition.interfaceName)) || this.#hasDnsEntry(key, containerId);
  }

  bridgeExists(name: string): boolean {
    return this.#deps.inodes.stat(`/sys/class/net/${name}`) !== undefined;
  }

  /**
   * Removes bridge and DNS entry when the container's own namespace cannot serve any more: netavark gets a fresh one, in
   * which the container joins and leaves. netavark drops a bridge with its last interface, so it waits first for those
   * that die with an old namespace.
   */
  async #sweep(request: NetavarkRequest, options: TeardownOptions): Promise<void> {
    const { namespaces, clock } = this.#deps;
    const ports = (bridge: string) => {
      try {
        return this.#deps.files.list(`/sys/class/net/${bridge}/brif`).length;
      } catch (error) {
        if (isHostError(error, "ENOENT", "ENOTDIR")) return 0;
        throw error;
      }
    };
    for (let look = 0; look < LOOKS; look++) {
      if (
        request.networks.every(({ key, definition }) => !options.last.has(key) || ports(definition.interfaceName) === 0)
      )
        break;
      await clock.sleep(LOOK_MS, options);
    }
    const path = `${this.#options.runDir}/netavark.netns`;
    const input = renderRequest(request, { withoutFirewall: true });
    namespaces.remove(path);
    namespaces.create(path);
    try {
      const { ok, stdout } = await this.#run("setup", path, input, undefined);
      if (!ok) throw fail("NETWORK_FAILED", { message: parseFailure(stdout) });
      await this.#teardownIn(path, input, undefined);
    } finally {
      namespaces.remove(path);
    }
  }

  async #teardownIn(netnsPath: string, input: string, signal: AbortSignal | undefined): Promise<void> {
    const { ok, stdout } = await this.#run("teardown", netnsPath, input, signal);
    const reason = ok ? "" : parseFailure(stdout);
    if (!ok && !saysAlreadyGone(reason)) throw fail("NETWORK_FAILED", { message: reason });
  }

  #hasDnsEntry(key: string, containerId: string): boolean {
    return (
      this.#deps.files.readTextIfExists(`${this.#options.runDir}/aardvark-dns/${key}`)?.includes(containerId) === true
    );
  }

  async firewall(): Promise<string> {
    return this.#options.firewall ?? (await this.#probe()).firewall;
  }

  /**
   * Runs netavark. Its output goes to a file: aardvark-dns, which it may start, inherits its descriptors, and a pipe that a
   * daemon holds never ends.
   */
  async #run(
    verb: "setup" | "teardown",
    netnsPath: string,
    input: string,
    signal: AbortSignal | undefined,
  ): Promise<{ ok: boolean; stdout: string }> {
    signal?.throwIfAborted();
    const { files, streams } = this.#deps;
    const { path: program, aardvarkPath } = await this.#probe();
    const { runDir, rootless } = this.#options;
    files.makeDir(runDir);
    // Fixed names: under the caller's lock there is one netavark at a time, and what a killed engine left is replaced.
    const [inPath, outPath] = [`${runDir}/netavark.in`, `${runDir}/netavark.out`];
    using cleanup = new DisposableStack();
    for (const path of [inPath, outPath]) {
      files.remove(path);
      cleanup.defer(() => files.remove(path));
    }
    files.createExclusive(inPath, input);
    const stdin = cleanup.use(streams.open(inPath, "r"));
    const stdout = cleanup.use(streams.open(outPath, "wx", 0o600));
    const child = this.#start(netavarkArgs(verb, netnsPath, { configDir: runDir, aardvarkPath, rootless }), {
      program,
      stdio: [stdin.fd, stdout.fd, "ignore"],
    });
    const end = await this.#ended(child, signal);
    signal?.throwIfAborted();
    const text = files.readText(outPath);
    if ("signal" in end) throw fail("NETWORK_FAILED", { message: `${verb} was ended by ${end.signal}` });
    return { ok: end.code === 0, stdout: text === "" && end.code !== 0 ? `${verb} exited with ${end.code}` : text };
  }

  #start(
    args: readonly string[],
    { program, stdio }: { readonly program: string; readonly stdio: readonly StdioChoice[] },
  ): Child {
    try {
      return this.#deps.processes.spawn(program, args, { env: this.#environment(), stdio });
    } catch (error) {
      if (!isHostError(error)) throw error;
      throw fail("NETWORK_FAILED", { message: `starting ${program}: ${error.errno}` }, { cause: error });
    }
  }

  #environment(): Record<string, string> {
    const { firewall, dnsPort } = this.#options;
    return {
      PATH: SYSTEM_PATH.join(":"),
      NETAVARK_DNS_PORT: String(dnsPort),
      ...(firewall === undefined ? {} : { NETAVARK_FW: firewall }),
    };
  }

  async #ended(child: Child, signal: AbortSignal | undefined): Promise<{ code: number } | { signal: string }> {
    if (signal === undefined) return child.exited;
    const over = new AbortController();
    const killLater = () =>
      void this.#deps.clock.sleep(GRACE_MS, { signal: over.signal }).then(
        () => child.kill(SIGKILL),
        () => undefined,
      );
    signal.addEventListener("abort", killLater, { once: true });
    try {
      return await child.exited;
    } finally {
      over.abort();
      signal.removeEventListener("abort", killLater);
    }
  }
}
