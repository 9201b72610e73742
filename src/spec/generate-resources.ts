import type { DeviceRate, Resources } from "../model/container.ts";
import type { SpecInput } from "./inputs.ts";
import { invalid } from "./invalid.ts";
import type { OciBlockIo, OciDeviceRule, OciResources, OciThrottle } from "./oci.ts";

type Numbers = SpecInput["blockDevices"];

function nodeOf(path: string, numbers: Numbers) {
  const node = numbers?.[path];
  if (node === undefined) throw invalid(`block device ${path} of a limit does not exist`);
  return { major: node.major, minor: node.minor };
}

function throttles(rates: readonly DeviceRate[] | undefined, numbers: Numbers): readonly OciThrottle[] | undefined {
  if (rates === undefined || rates.length === 0) return undefined;
  return rates.map(({ path, rate }) => ({ ...nodeOf(path, numbers), rate }));
}

/** Leaves out what is undefined; nothing left is undefined itself. */
function compact<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T | undefined {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return kept.length === 0 ? undefined : (Object.fromEntries(kept) as T);
}

function blockIo(resources: Resources, numbers: Numbers): OciBlockIo | undefined {
  const weights = resources.blkioWeightDevice ?? [];
  return compact<OciBlockIo>({
    weight: positive(resources.blkioWeight),
    weightDevice:
      weights.length === 0 ? undefined : weights.map(({ path, weight }) => ({ ...nodeOf(path, numbers), weight })),
    throttleReadBpsDevice: throttles(resources.readBps, numbers),
    throttleWriteBpsDevice: throttles(resources.writeBps, numbers),
    throttleReadIOPSDevice: throttles(resources.readIops, numbers),
    throttleWriteIOPSDevice: throttles(resources.writeIops, numbers),
  });
}

const positive = (value: number | undefined) => (value !== undefined && value > 0 ? value : undefined);
const filled = (value: string | undefined) => (value === "" ? undefined : value);

/** podman gives twice the memory where swap is not named, so that half of it is swap; -1 leaves swap alone. */
function swapOf({ memory, memorySwap }: Resources): number | undefined {
  if (memorySwap === undefined || memorySwap === 0)
    return positive(memory) === undefined ? undefined : (memory ?? 0) * 2;
  return positive(memorySwap);
}

/**
 * Converts limits to their form in config.json, which `update` takes too.
 *
 * @param resources checked limits
 * @param blockDevices device numbers by the paths that the limits name
 * @throws INVALID_ARGUMENT for a device whose numbers are not known
 */
export function limitsToOci(resources: Resources, blockDevices?: Numbers): OciResources {
  const memory = compact<NonNullable<OciResources["memory"]>>({
    limit: positive(resources.memory),
    swap: swapOf(resources),
    reservation: positive(resources.memoryReservation),
    swappiness: resources.memorySwappiness === -1 ? undefined : resources.memorySwappiness,
    disableOOMKiller: resources.oomKillDisable === true ? true : undefined,
  });
  const cpu = compact<NonNullable<OciResources["cpu"]>>({
    shares: positive(resources.cpuShares),
    quota: resources.cpuQuota === 0 ? undefined : resources.cpuQuota,
    period: positive(resources.cpuPeriod),
    realtimePeriod: positive(resources.cpuRtPeriod),
    realtimeRuntime: positive(resources.cpuRtRuntime),
    cpus: filled(resources.cpusetCpus),
    mems: filled(resources.cpusetMems),
  });
  const pids = positive(resources.pidsLimit);
  const limits = compact<OciResources>({
    memory,
    cpu,
    pids: pids === undefined ? undefined : { limit: pids },
    blockIO: blockIo(resources, blockDevices),
    unified: Object.keys(resources.unified ?? {}).length === 0 ? undefined : resources.unified,
  });
  return limits ?? {};
}

const number = (text: string | undefined) => (text === undefined || text === "*" ? undefined : Number(text));

/** `c 42:* rwm`, checked when the container was created. */
function parseRule(text: string): OciDeviceRule {
  const match = /^([abc]) ([0-9]+|\*):([0-9]+|\*) ([rwm]{1,3})$/.exec(text);
  if (match === null)
    throw invalid(`invalid device cgroup rule requires type, major:Minor, and access rules: "${text}"`);
  const major = number(match[2]);
  const minor = number(match[3]);
  return {
    allow: true,
    type: match[1] === "b" ? "b" : match[1] === "c" ? "c" : "a",
    ...(major === undefined ? {} : { major }),
    ...(minor === undefined ? {} : { minor }),
    access: match[4] ?? "",
  };
}

/** Everything is denied but what was given; the runtime adds the standard devices itself. */
function deviceRules({ config, devices }: SpecInput): readonly OciDeviceRule[] {
  if (config.security.privileged) return [{ allow: true, access: "rwm" }];
  return [
    { allow: false, access: "rwm" },
    ...devices.map((node) => ({
      allow: true,
      type: node.type,
      major: node.major,
      minor: node.minor,
      access: node.permissions ?? "rwm",
    })),
    ...config.deviceCgroupRules.map(parseRule),
  ];
}

/** `linux.resources`: device rules and the container's own limits. */
export function generateResources(input: SpecInput): OciResources {
  return { devices: deviceRules(input), ...limitsToOci(input.config.resources, input.blockDevices) };
}
