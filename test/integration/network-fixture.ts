import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerId } from "../../src/base/brand.ts";
import { chainsOf } from "../../src/drivers/netavark/firewall.ts";
import { openHost } from "../../src/host/open.ts";
import type { Host } from "../../src/host/ports.ts";
import type { NetworkAttachment, PortMapping } from "../../src/model/container.ts";
import { netavarkKey } from "../../src/network/default-network.ts";
import { type AttachRequest, type NetworkConfig, type NetworkService, openNetworks } from "../../src/network/open.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/repositories.ts";
import { findProgram, needs, unless } from "../support/needs.ts";

/** What every test of real networks needs. */
export const NEEDS = unless(
  needs.root,
  ...["netavark", "aardvark-dns", "iptables", "ip6tables", "busybox", "nsenter"].map(needs.program),
);

/** One engine root's networks, in a directory of its own. */
export interface Rig extends AsyncDisposable {
  readonly directory: string;
  readonly host: Host;
  readonly store: Store;
  readonly networks: NetworkService;
  readonly config: NetworkConfig;
  /** A request for a new container with a new network namespace. */
  request(name: string, wishes?: Wishes): AttachRequest;
  /** Runs a program in a request's namespace until the rig is disposed. */
  background(request: AttachRequest, argv: readonly string[]): ChildProcess;
  /** Asserts that nothing of these networks is left on the host, and no lease. */
  assertClean(networks: readonly string[]): void;
}

export interface Wishes {
  readonly networks?: readonly (Partial<NetworkAttachment> & { readonly network: string })[];
  readonly ports?: readonly PortMapping[];
}

export interface RigOptions {
  readonly netavark?: string;
  readonly setup?: "rtnetlink" | "netavark";
}

/** Both ways to the same networks. */
export const SETUPS = ["rtnetlink", "netavark"] as const;

/**
 * Opens networks with an engine root of their own.
 *
 * @param options.netavark text of a shell script that stands in for netavark; `$REAL` is the real one
 * @param options.setup who joins containers to plain bridges; netavark where a script stands in for it
 */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const directory = mkdtempSync(join(tmpdir(), "minke-network-"));
  const host = await openHost();
  const config: NetworkConfig = {
    root: join(directory, "root"),
    networkRunDir: join(directory, "run/networks"),
    netavarkPaths: [programFor(directory, options.netavark)],
    aardvarkPaths: [findProgram("aardvark-dns") ?? ""],
    dnsPort: 53,
    networkSetup: options.setup ?? (options.netavark === undefined ? "rtnetlink" : "netavark"),
    defaultNetwork: "minke",
    defaultSubnet: "10.87.0.0/16",
    subnetPools: [{ base: "10.96.0.0/11", size: 24 }],
  };
  const store = openStore(host, { root: config.root, runRoot: join(directory, "run") });
  const networks = openNetworks({ host, store, config });
  return new NetworkRig({ directory, host, store, networks, config });
}

function programFor(directory: string, script: string | undefined): string {
  const real = findProgram("netavark") ?? "";
  if (script === undefined) return real;
  const path = join(directory, "netavark");
  writeFileSync(path, `#!/bin/sh\nREAL=${real}\n[ "$1" = version ] && exec $REAL version\n${script}\n`, {
    mode: 0o755,
  });
  return path;
}

class NetworkRig implements Rig {
  readonly directory: string;
  readonly host: Host;
  readonly store: Store;
  readonly networks: NetworkService;
  readonly config: NetworkConfig;
  readonly #namespaces: string[] = [];
  readonly #children: ChildProcess[] = [];

  constructor(parts: Pick<Rig, "directory" | "host" | "store" | "networks" | "config">) {
    this.directory = parts.directory;
    this.host = parts.host;
    this.store = parts.store;
    this.networks = parts.networks;
    this.config = parts.config;
  }

  request(name: string, { networks = [{ network: "minke" }], ports = [] }: Wishes = {}): AttachRequest {
    const netnsPath = join(this.directory, "netns", name);
    mkdirSync(join(this.directory, "netns"), { recursive: true });
    this.host.namespaces.create(netnsPath);
    this.#namespaces.push(netnsPath);
    return {
      containerId: randomBytes(32).toString("hex") as ContainerId,
      containerName: name,
      netnsPath,
      attachments: networks.map((one, index) => ({ interfaceName: `eth${index}`, staticIps: [], aliases: [], ...one })),
      ports,
      dnsServers: [],
    };
  }

  background(request: AttachRequest, argv: readonly string[]): ChildProcess {
    const child = spawn("nsenter", [`--net=${request.netnsPath}`, ...argv], { stdio: "ignore" });
    this.#children.push(child);
    return child;
  }

  assertClean(names: readonly string[]): void {
    const rules = savedRules();
    const bridges = readdirSync("/sys/class/net");
    for (const name of names) {
      const network = this.networks.resolve(name);
      const key = netavarkKey(this.config.root, network.name);
      const { masquerade, forward } = chainsOf(key);
      assert.ok(!bridges.includes(network.interfaceName), `bridge ${network.interfaceName} of ${name} is left`);
      const words = [masquerade, forward, ...network.subnets.map(({ subnet }) => subnet), ` ${network.interfaceName} `];
      for (const word of words)
        assert.deepEqual(
          rules.filter((line) => `${line} `.includes(word)),
          [],
          `rules of ${name}`,
        );
      assert.ok(!existsSync(join(this.config.networkRunDir, "aardvark-dns", key)), `DNS file of ${name} is left`);
      assert.deepEqual(
        this.store.read((tx) => tx.leases.of(network.name)),
        [],
        `leases of ${name}`,
      );
    }
    const stray = readdirSync(this.config.networkRunDir).filter((file) => /^netavark\./.test(file));
    assert.deepEqual(stray, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    for (const path of this.#namespaces) this.host.namespaces.remove(path);
    this.store[Symbol.dispose]();
    const pidFile = join(this.config.networkRunDir, "aardvark-dns/aardvark.pid");
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0;
    if (pid > 1 && this.host.processes.argv(pid).some((word) => word.includes(this.directory)))
      this.host.processes.kill(pid, 9);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Packet filter rules of both families, one a line. */
export function savedRules(): string[] {
  return ["iptables-save", "ip6tables-save"].flatMap((program) =>
    execFileSync(findProgram(program) ?? program, { encoding: "utf8", maxBuffer: 64 << 20 }).split("\n"),
  );
}

/** What a program prints in a request's namespace; undefined if it fails. */
export function inNamespace(request: AttachRequest, argv: readonly string[]): string | undefined {
  try {
    return execFileSync("nsenter", [`--net=${request.netnsPath}`, ...argv], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return undefined;
  }
}
