import type { Abortable } from "../base/abortable.ts";
import { fail } from "../base/errors.ts";
import { isHostError } from "../base/host-error.ts";
import type { Netavark, TeardownOptions } from "../drivers/netavark/driver.ts";
import { addRules, hasIptables, removeRules } from "../drivers/netavark/iptables.ts";
import type { NetworkReply } from "../drivers/netavark/reply.ts";
import { firewallTargets, type NetavarkRequest } from "../drivers/netavark/request.ts";
import { joinBridges, leaveBridges } from "../drivers/rtnetlink/bridge.ts";
import type { Host } from "../host/ports.ts";
import { type BridgePlan, isPlainBridge, planBridges } from "./bridge-plan.ts";
import type { Registry } from "./registry.ts";

/** firewalld has rules of its own about bridges; netavark talks to it. */
const FIREWALLD_PID = "/run/firewalld.pid";
/** Milliseconds between looks, and looks, at an interface that the kernel removes in its own time. */
const LOOK_MS = 20;
const LOOKS = 100;

export interface JoinerDeps {
  readonly host: Pick<Host, "files" | "inodes" | "processes" | "namespaces" | "netlink" | "clock" | "system">;
  readonly netavark: Netavark;
  readonly registry: Registry;
  /** `netavark` leaves all networks to netavark. */
  readonly setup: "rtnetlink" | "netavark";
}

/**
 * Lets the event loop hand its input to a program that was just started: it then works while the kernel keeps this thread
 * busy with interfaces.
 */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/**
 * Makes and removes what joins containers to networks. Plain bridges are made by netlink and one `iptables-restore`, which
 * has the same result as netavark and takes a fraction of its time; everything else is netavark's.
 */
export class Joiner {
  readonly #deps: JoinerDeps;

  constructor(deps: JoinerDeps) {
    this.#deps = deps;
  }

  /**
   * Joins; takes the host's lock by itself.
   *
   * @throws NETWORK_FAILED; what was made until then is left for `teardown`
   */
  async setup(
    netnsPath: string,
    request: NetavarkRequest,
    options: Abortable,
  ): Promise<ReadonlyMap<string, NetworkReply>> {
    const { registry, netavark } = this.#deps;
    const plan = (await this.#mayDoWithout()) ? planBridges(request) : undefined;
    if (plan && (!plan.needsIp6tables || hasIptables(this.#deps.host, true))) {
      const replies = await this.#join(netnsPath, plan, options);
      if (replies) return replies;
    }
    using _lock = await registry.lockNetavark(options);
    return await netavark.setup(netnsPath, request, options);
  }

  /**
   * Leaves. The caller holds the host's lock.
   *
   * @throws NETWORK_FAILED if something could not be removed; the rest is removed nevertheless
   */
  async teardown(netnsPath: string, request: NetavarkRequest, options: TeardownOptions): Promise<void> {
    const isOurs = (await this.#mayDoWithout()) && request.networks.every(isPlainBridge);
    if (!isOurs || !(await this.#leave(netnsPath, request, options)))
      await this.#deps.netavark.teardown(netnsPath, request, options);
  }

  async #mayDoWithout(): Promise<boolean> {
    const { setup, host, netavark } = this.#deps;
    if (setup === "netavark" || host.system.euid !== 0 || !hasIptables(host, false)) return false;
    return (await netavark.firewall()) === "iptables" && host.inodes.stat(FIREWALLD_PID) === undefined;
  }

  /**
   * Containers on bridges that are there join side by side: what they share is only looked at. The first one on a bridge,
   * and one that finds shared rules gone, is alone.
   *
   * @returns undefined if this process may not use netlink
   */
  async #join(
    netnsPath: string,
    plan: BridgePlan,
    options: Abortable,
  ): Promise<ReadonlyMap<string, NetworkReply> | undefined> {
    const { host, registry, netavark } = this.#deps;
    const alone = plan.members.some(({ bridge }) => !netavark.bridgeExists(bridge));
    let macs: readonly string[] | undefined;
    let isComplete: boolean;
    {
      using _lock = await registry.lockNetavark({ ...options, shared: !alone });
      options.signal?.throwIfAborted();
      // Rules do not need interfaces: the kernel makes these while iptables-save runs.
      const rules = addRules(host, plan.additions, { alone });
      const [links, added] = await Promise.allSettled([this.#makeLinks(netnsPath, plan), rules]);
      if (links.status === "rejected") throw links.reason;
      if (links.value === undefined) return undefined;
      if (added.status === "rejected") throw added.reason;
      macs = links.value;
      isComplete = added.value;
    }
    if (!isComplete) {
      using _lock = await registry.lockNetavark(options);
      await addRules(host, plan.additions, { alone: true });
    }
    options.signal?.throwIfAborted();
    return plan.replies(macs);
  }

  async #makeLinks(netnsPath: string, plan: BridgePlan): Promise<readonly string[] | undefined> {
    return this.#unlessRefused(() => joinBridges(this.#deps.host, netnsPath, plan.members));
  }

  /** False if this process may not use netlink; nothing is done then. */
  async #leave(netnsPath: string, request: NetavarkRequest, options: TeardownOptions): Promise<boolean> {
    const { host } = this.#deps;
    const path = host.namespaces.exists(netnsPath) ? netnsPath : undefined;
    const members = request.networks.map(({ definition, interfaceName }) => ({
      bridge: definition.interfaceName,
      interfaceName,
    }));
    const { promise: changing, resolve } = Promise.withResolvers<void>();
    const rules = removeRules(host, firewallTargets(request, options.last), resolve);
    const [links, removed] = await Promise.allSettled([
      changing.then(turns).then(() => this.#removeLinks(path, members)),
      rules,
    ]);
    if (links.status === "rejected") throw links.reason;
    if (!links.value) return false;
    if (removed.status === "rejected") throw removed.reason;
    await this.#awaitBridges(request, options);
    // A bridge that went although other containers should be on it had none any more.
    const emptied = request.networks.filter(
      ({ key, definition }) => !options.last.has(key) && !this.#deps.netavark.bridgeExists(definition.interfaceName),
    );
    const keys = new Set(emptied.map(({ key }) => key));
    if (keys.size > 0) await removeRules(host, firewallTargets({ ...request, networks: emptied }, keys));
    return true;
  }

  async #removeLinks(netnsPath: string | undefined, members: Parameters<typeof leaveBridges>[2]): Promise<boolean> {
    const body = () => {
      leaveBridges(this.#deps.host, netnsPath, members);
      return true;
    };
    return this.#unlessRefused(body) ?? false;
  }

  /** Interfaces of a namespace that is gone die in the kernel's own time, and only then can their bridge be removed. */
  async #awaitBridges({ networks }: NetavarkRequest, { last, signal }: TeardownOptions): Promise<void> {
    const { host, netavark } = this.#deps;
    for (let look = 0; look < LOOKS; look++) {
      const left = networks.filter(
        ({ key, definition }) => last.has(key) && netavark.bridgeExists(definition.interfaceName),
      );
      if (left.length === 0) return;
      await host.clock.sleep(LOOK_MS, signal ? { signal } : {});
      leaveBridges(
        host,
        undefined,
        left.map(({ definition, interfaceName }) => ({ bridge: definition.interfaceName, interfaceName })),
      );
    }
  }

  #unlessRefused<T>(body: () => T): T | undefined {
    try {
      return body();
    } catch (error) {
      if (isHostError(error, "EPERM", "EACCES", "EAFNOSUPPORT", "EPROTONOSUPPORT")) return undefined;
      if (isHostError(error))
        throw fail("NETWORK_FAILED", { by: "rtnetlink", message: error.message }, { cause: error });
      throw error;
    }
  }
}
