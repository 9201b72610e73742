import { resolve } from "node:path";
import { fail, messageOf } from "../../../base/errors.ts";
import type { NetworkOption } from "../../../engine/api/container-options.ts";
import type { PodCreateOptions } from "../../../engine/api/pods.ts";
import type { Resources } from "../../../model/container.ts";
import { parseDevice, parseDeviceBytes, parseDeviceWeight } from "../../../model/notation/devices.ts";
import { parseExitPolicy } from "../../../model/notation/exit-policy.ts";
import { parseLabelFile, parseLabels, parseSysctls } from "../../../model/notation/key-values.ts";
import { parseVolume } from "../../../model/notation/mounts.ts";
import { isNetworkMode, parseAddHost, parseIpFlag, parseMac, parseNetworks } from "../../../model/notation/networks.ts";
import { isIpAddress, parsePorts } from "../../../model/notation/ports.ts";
import { parseRestartPolicy } from "../../../model/notation/restart-policy.ts";
import { parseSize } from "../../../model/notation/sizes.ts";
import type { Input, Io } from "../../command.ts";
import type { CREATE_FLAGS } from "./create-flags.ts";

type CreateInput = Input<typeof CREATE_FLAGS>;
type Flags = CreateInput["flags"];

/** Microseconds: the kernel's usual period of a CPU quota. */
const CPU_PERIOD = 100_000;

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** Runs a parser and puts what was being done before its message. */
function during<T>(doing: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw fail("INVALID_ARGUMENT", { message: `${doing}: ${messageOf(error)}` }, { cause: error });
  }
}

/** Checks on flags that exclude each other (spec/pods.md 9.2). */
function checkFlags(input: CreateInput): void {
  const { flags, given, args } = input;
  if (flags.name !== undefined && args.length > 0) throw refuse("cannot specify --name and NAME at the same time");
  if (flags.replace && flags.name === undefined && args.length === 0)
    throw refuse("cannot replace pod without --name being set");
  if (flags["no-hosts"] && flags["add-host"].length > 0)
    throw refuse("--no-hosts and --add-host cannot be set together");
  if (!flags.infra) {
    if (given.has("no-hosts")) throw refuse("cannot specify --no-hosts without an infra container");
    if (given.has("share") && flags.share !== "" && flags.share !== "none")
      throw refuse(`cannot set share(${flags.share}) namespaces without an infra container`);
    if (flags.publish.length > 0) throw refuse("you must have an infra container to publish port bindings to the host");
  }
  for (const name of ["subuidname", "subgidname"] as const)
    if (flags[name] !== undefined) throw refuse(`--${name} is not supported, use --uidmap and --gidmap`);
}

function size(name: string, text: string): number {
  return during(`invalid value for ${name}`, () => parseSize(text));
}

function blkioWeight(text: string): number {
  const weight = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(weight >= 10 && weight <= 1000))
    throw refuse(`invalid value for blkio-weight: ${JSON.stringify(text)} is not a number from 10 to 1000`);
  return weight;
}

function resourcesOf(flags: Flags): Resources {
  const cpus = flags.cpus ?? 0;
  if (cpus < 0) throw refuse(`invalid value for cpus: ${cpus} is negative`);
  const swap = flags["memory-swap"];
  return {
    ...(cpus > 0 ? { cpuPeriod: CPU_PERIOD, cpuQuota: Math.round(cpus * CPU_PERIOD) } : {}),
    ...(flags["cpu-shares"] === undefined ? {} : { cpuShares: flags["cpu-shares"] }),
    ...(flags["cpuset-cpus"] === undefined ? {} : { cpusetCpus: flags["cpuset-cpus"] }),
    ...(flags["cpuset-mems"] === undefined ? {} : { cpusetMems: flags["cpuset-mems"] }),
    ...(flags.memory === undefined ? {} : { memory: size("memory", flags.memory) }),
    ...(swap === undefined ? {} : { memorySwap: swap === "-1" ? -1 : size("memory-swap", swap) }),
    ...(flags["blkio-weight"] === undefined ? {} : { blkioWeight: blkioWeight(flags["blkio-weight"]) }),
    ...(flags["blkio-weight-device"].length === 0
      ? {}
      : { blkioWeightDevice: flags["blkio-weight-device"].map(parseDeviceWeight) }),
    ...(flags["device-read-bps"].length === 0 ? {} : { readBps: flags["device-read-bps"].map(parseDeviceBytes) }),
    ...(flags["device-write-bps"].length === 0 ? {} : { writeBps: flags["device-write-bps"].map(parseDeviceBytes) }),
  };
}

/** `--ip`, `--ip6` and `--mac-address` belong to the one network; without `--network` to the default one. */
function networksOf(flags: Flags): readonly NetworkOption[] {
  const networks = parseNetworks(flags.network);
  const ips = [flags.ip, flags.ip6].flatMap((ip) => (ip === undefined ? [] : [parseIpFlag(ip)]));
  const mac = flags["mac-address"] === undefined ? undefined : parseMac(flags["mac-address"]);
  if (ips.length === 0 && mac === undefined) return networks;
  const [network = { name: "bridge" }, ...more] = networks;
  const flag = ips.length > 0 ? "--ip" : "--mac-address";
  if (more.length > 0) throw refuse(`${flag} can only be set for a single network: invalid argument`);
  if (isNetworkMode(network.name) && network.name !== "private")
    throw refuse(`${flag} can only be set when the network mode is bridge: invalid argument`);
  return [{ ...network, ...(ips.length > 0 ? { ips } : {}), ...(mac === undefined ? {} : { mac }) }];
}

function labelsOf(io: Io, flags: Flags): Readonly<Record<string, string>> {
  return during("unable to process labels", () => ({
    ...Object.fromEntries(flags["label-file"].flatMap((path) => Object.entries(parseLabelFile(io.readFile(path))))),
    ...parseLabels(flags.label),
  }));
}

function dnsOf(servers: readonly string[]): readonly string[] {
  for (const server of servers)
    if (server !== "none" && !isIpAddress(server)) throw refuse(`${server} is not an ip address`);
  return servers;
}

/** Options that only the infra container takes; without one podman drops them silently. */
function infraOptions(io: Io, flags: Flags): Partial<PodCreateOptions> {
  if (!flags.infra) return {};
  return {
    ...(flags["infra-name"] === undefined ? {} : { infraName: flags["infra-name"] }),
    ...(flags["infra-image"] === undefined ? {} : { infraImage: flags["infra-image"] }),
    ...(flags["infra-command"] === undefined ? {} : { infraCommand: flags["infra-command"].split(" ") }),
    ...(flags["infra-conmon-pidfile"] === undefined
      ? {}
      : { infraConmonPidFile: resolve(io.cwd, flags["infra-conmon-pidfile"]) }),
  };
}

/** Pods know one more word for no restarts. */
const restartOf = (text: string) => parseRestartPolicy(text === "never" ? "no" : text);

const absolute = (io: Io, path: string | undefined) => (path === undefined ? undefined : resolve(io.cwd, path));

/** Drops lists and texts that were not given, so that the engine's defaults stay. */
function given<T extends object>(values: T): Partial<T> {
  const kept = Object.entries(values).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept) as Partial<T>;
}

/**
 * What the flags of `pod create` ask for. Throws INVALID_ARGUMENT with podman's text for what cannot be right.
 */
export function podCreateOptions(io: Io, input: CreateInput): PodCreateOptions {
  checkFlags(input);
  const { flags } = input;
  const name = (input.args[0] ?? flags.name) || undefined;
  const shm = flags["shm-size"];
  return {
    ...(name === undefined ? {} : { name }),
    ...(input.given.has("infra") ? { infra: flags.infra } : {}),
    ...(input.given.has("share") ? { share: flags.share } : {}),
    ...infraOptions(io, flags),
    ...(given({
      hostname: flags.hostname,
      cgroupParent: flags["cgroup-parent"],
      networks: networksOf(flags),
      networkAliases: flags["network-alias"],
      ports: parsePorts(flags.publish),
      dns: dnsOf(flags.dns),
      dnsSearch: flags["dns-search"],
      dnsOptions: flags["dns-option"],
      addHosts: flags["add-host"].map(parseAddHost),
      pid: flags.pid,
      uts: flags.uts,
      userns: flags.userns,
      uidMap: flags.uidmap,
      gidMap: flags.gidmap,
      securityOpt: flags["security-opt"],
      devices: flags.device.map(parseDevice),
      mounts: flags.volume.map((volume) => parseVolume(volume, io.cwd)),
      volumesFrom: flags["volumes-from"],
      podIdFile: absolute(io, flags["pod-id-file"]),
      shmSize: shm === undefined ? undefined : during("unable to translate --shm-size", () => parseSize(shm)),
    }) as Partial<PodCreateOptions>),
    labels: labelsOf(io, flags),
    resources: resourcesOf(flags),
    ...(flags.sysctl.length > 0 ? { sysctls: parseSysctls(flags.sysctl) } : {}),
    ...(input.given.has("share-parent") ? { shareParent: flags["share-parent"] } : {}),
    ...(input.given.has("no-hosts") ? { noHosts: flags["no-hosts"] } : {}),
    exitPolicy: during("running pod create option", () => parseExitPolicy(flags["exit-policy"])),
    ...(flags.restart === undefined ? {} : { restart: restartOf(flags.restart) }),
    replace: flags.replace,
    createCommand: io.argv,
  };
}
