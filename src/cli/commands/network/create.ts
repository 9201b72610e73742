import { fail } from "../../../base/errors.ts";
import type { NetworkCreateOptions } from "../../../engine/api/system.ts";
import { parseLabels, parseOptions } from "../../../model/notation/key-values.ts";
import { atMost } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, list, strings, text } from "../../flag-kinds.ts";

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

interface AddressFlags {
  readonly subnet: readonly string[];
  readonly gateway: readonly string[];
  readonly "ip-range": readonly string[];
}

/** The n-th gateway and range belong to the n-th subnet. */
function subnetsOf(flags: AddressFlags): NonNullable<NetworkCreateOptions["subnets"]> {
  const { subnet: subnets, gateway: gateways, "ip-range": ranges } = flags;
  if (subnets.length === 0 && gateways.length + ranges.length > 0)
    throw refuse("cannot set gateway or range without subnet");
  if (gateways.length > subnets.length) throw refuse("cannot set more gateways than subnets");
  if (ranges.length > subnets.length) throw refuse("cannot set more ranges than subnets");
  return subnets.map((subnet, i) => ({
    subnet,
    ...(gateways[i] === undefined ? {} : { gateway: gateways[i] }),
    ...(ranges[i] === undefined ? {} : { ipRange: ranges[i] }),
  }));
}

/** `network create` (podman-network-create(1)). */
export const create = defineCommand({
  usage: "[options] [NAME]",
  description: "Creates a network and prints its name.",
  examples: ["network create back", "network create --subnet 10.5.0.0/24 --internal back"],
  flags: {
    "disable-dns": bool("No name resolution between containers"),
    driver: text("Driver", { short: "d", default: "bridge" }),
    gateway: list("Gateway of the subnet", { kind: "ipSlice" }),
    ignore: bool("An existing network of this name is fine"),
    internal: bool("No way out of the network"),
    "ip-range": strings("Range of the subnet from which containers get addresses"),
    ipv6: bool("Also IPv6"),
    label: strings("Set metadata (key=value)"),
    opt: strings("Set an option of the driver (key=value)", { short: "o" }),
    subnet: strings("Subnet in CIDR notation"),
  },
  args: atMost(1),
  run: async (io, input) => {
    const [name] = input.args;
    const { flags } = input;
    const subnets = subnetsOf(flags);
    const network = await io.engine.networks.create({
      ...(name === undefined ? {} : { name }),
      driver: flags.driver,
      ...(subnets.length > 0 ? { subnets } : {}),
      ipv6: flags.ipv6,
      internal: flags.internal,
      disableDns: flags["disable-dns"],
      labels: parseLabels(flags.label),
      options: parseOptions(flags.opt),
      ignoreExisting: flags.ignore,
    });
    await io.out(`${network.name}\n`);
    return EXIT.ok;
  },
});
