import type { DeviceRate, Resources } from "../../model/container.ts";
import { parseDeviceBytes, parseDeviceOperations, parseDeviceWeight } from "../../model/notation/devices.ts";
import { parseSize } from "../../model/notation/sizes.ts";
import { COUNT, MAX, SIZE, TEXT_MAP } from "./notations.ts";
import {
  BOOLEAN,
  described,
  either,
  listOf,
  mapped,
  numberIn,
  recordOf,
  type Shape,
  TEXT,
  textOf,
  WORD,
} from "./shape.ts";

const RATE_RIGHT = '"/dev/sda:1mb"';

function rates(parse: (text: string) => DeviceRate, right: string): Shape<readonly DeviceRate[]> {
  return listOf(
    either(
      textOf(`a rate such as ${right}`, parse),
      mapped(
        recordOf({ path: TEXT, rate: SIZE }, { what: "a rate", required: ["path", "rate"] }),
        ({ path = "", rate = 0 }) => ({ path, rate }),
      ),
    ),
  );
}

const SWAP = either(numberIn(-1, MAX, { whole: true }), textOf('a size such as "1g", or -1 for no limit', parseSize));

const RESOURCE_FIELDS = {
  cpus: described(numberIn(0, 8192, { whole: false }), "Number of CPUs."),
  cpuPeriod: described(COUNT, "Microseconds."),
  cpuQuota: described(numberIn(-1, MAX, { whole: true }), "Microseconds per period."),
  cpuShares: COUNT,
  cpusetCpus: described(WORD, 'CPUs to run on, such as "0-3".'),
  cpusetMems: WORD,
  memory: described(SIZE, "Bytes."),
  memorySwap: described(SWAP, "Bytes, memory and swap together."),
  blkioWeight: numberIn(10, 1000, { whole: true }),
  blkioWeightDevice: listOf(textOf('a weight such as "/dev/sda:100"', parseDeviceWeight)),
  readBps: rates(parseDeviceBytes, RATE_RIGHT),
  writeBps: rates(parseDeviceBytes, RATE_RIGHT),
} as const;

const CONTAINER_RESOURCE_FIELDS = {
  ...RESOURCE_FIELDS,
  cpuRtPeriod: COUNT,
  cpuRtRuntime: COUNT,
  memoryReservation: SIZE,
  memorySwappiness: numberIn(0, 100, { whole: true }),
  oomKillDisable: BOOLEAN,
  pidsLimit: described(numberIn(-1, MAX, { whole: true }), "0 or less is no limit."),
  readIops: rates(parseDeviceOperations, '"/dev/sda:1000"'),
  writeIops: rates(parseDeviceOperations, '"/dev/sda:1000"'),
  unified: described(TEXT_MAP, "Files of control group v2 and their values."),
} as const;

/** Microseconds in which `cpus` counts. */
const CPU_PERIOD = 100_000;

function resourcesOf({ cpus, ...rest }: Resources & { readonly cpus?: number }): Resources {
  if (cpus === undefined) return rest;
  if (rest.cpuPeriod !== undefined || rest.cpuQuota !== undefined)
    throw new Error('"cpus" says the same as "cpuPeriod" and "cpuQuota"');
  return cpus === 0 ? rest : { ...rest, cpuPeriod: CPU_PERIOD, cpuQuota: Math.round(cpus * CPU_PERIOD) };
}

/** Limits of a pod's own control group. */
export const POD_RESOURCES: Shape<Resources> = mapped(recordOf(RESOURCE_FIELDS, { what: "limits" }), resourcesOf);

export const CONTAINER_RESOURCES: Shape<Resources> = mapped(
  recordOf(CONTAINER_RESOURCE_FIELDS, { what: "limits" }),
  resourcesOf,
);
