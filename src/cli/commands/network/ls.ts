import { fail } from "../../../base/errors.ts";
import type { NetworkDefinition } from "../../../model/network.ts";
import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, strings, text } from "../../flag-kinds.ts";
import { renderFormat } from "../../render/format.ts";
import { GoTime } from "../../render/go-time.ts";
import { compareKeys } from "../../render/json.ts";
import { type Column, renderTable } from "../../render/table.ts";

const HEADERS = { ID: "NETWORK ID", Id: "NETWORK ID" };

const subnetOf = ({ subnet, gateway, leaseRange }: NetworkDefinition["subnets"][number]) => ({
  subnet,
  ...(gateway === undefined ? {} : { gateway }),
  ...(leaseRange
    ? {
        lease_range: {
          ...(leaseRange.start === undefined ? {} : { start_ip: leaseRange.start }),
          ...(leaseRange.end === undefined ? {} : { end_ip: leaseRange.end }),
        },
      }
    : {}),
});

/** As podman's network file has it (spec/components.md 5.3). */
const jsonOf = (network: NetworkDefinition) => ({
  name: network.name,
  id: network.id,
  driver: network.driver,
  network_interface: network.interfaceName,
  created: GoTime.fromMs(network.createdAt),
  ...(network.subnets.length > 0 ? { subnets: network.subnets.map(subnetOf) } : {}),
  ipv6_enabled: network.ipv6,
  internal: network.internal,
  dns_enabled: network.dnsEnabled,
  ...(Object.keys(network.labels).length > 0 ? { labels: network.labels } : {}),
  ...(Object.keys(network.options).length > 0 ? { options: network.options } : {}),
  ipam_options: { driver: network.ipamDriver },
});

/** The row as templates see it. */
const rowOf = (network: NetworkDefinition, noTrunc: boolean) => ({
  ID: noTrunc ? network.id : network.id.slice(0, 12),
  Name: network.name,
  Driver: network.driver,
  NetworkInterface: network.interfaceName,
  Created: GoTime.fromMs(network.createdAt),
  Subnets: network.subnets.map((subnet) => ({
    Subnet: subnet.subnet,
    Gateway: subnet.gateway ?? "",
    LeaseRange: subnet.leaseRange
      ? { StartIP: subnet.leaseRange.start ?? "", EndIP: subnet.leaseRange.end ?? "" }
      : null,
  })),
  IPv6Enabled: network.ipv6,
  Internal: network.internal,
  DNSEnabled: network.dnsEnabled,
  Labels: Object.entries(network.labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort(compareKeys)
    .join(","),
  Options: new Map(Object.entries(network.options)),
  IPAMOptions: new Map([["driver", network.ipamDriver]]),
});

type Row = ReturnType<typeof rowOf>;

const COLUMNS: readonly Column<Row>[] = [
  { header: "NETWORK ID", value: (row) => row.ID },
  { header: "NAME", value: (row) => row.Name },
  { header: "DRIVER", value: (row) => row.Driver },
];

/** `network ls` (podman-network-ls(1)). */
export const ls = defineCommand({
  usage: "[options]",
  description: "Lists networks.",
  examples: ["network ls", "network ls --filter driver=bridge --quiet"],
  flags: {
    filter: strings("Only networks that match, as key=value", { short: "f" }),
    format: text("Go template, `table` with one, or json"),
    "no-trunc": bool("Show whole IDs"),
    noheading: bool("Leave the heading out", { short: "n" }),
    quiet: bool("Show names only", { short: "q" }),
  },
  args: noArguments,
  run: async (io, input) => {
    const { flags } = input;
    if (flags.quiet && flags.format !== undefined)
      throw fail("INVALID_ARGUMENT", { message: "quiet and format flags cannot be used together" });
    const found = await io.engine.networks.list({ filters: parseFilters(flags.filter) });
    const networks = [...found].sort((a, b) => compareKeys(a.name, b.name));
    const rows = networks.map((network) => rowOf(network, flags["no-trunc"]));
    if (flags.quiet) await io.out(rows.map((row) => `${row.Name}\n`).join(""));
    else if (flags.format !== undefined)
      await io.out(
        renderFormat(flags.format, rows, {
          name: "list",
          typeName: "networks.ListPrintReports",
          headers: HEADERS,
          noHeading: flags.noheading,
          json: () => networks.map(jsonOf),
        }),
      );
    else await io.out(renderTable(COLUMNS, rows, { noHeading: flags.noheading }));
    return EXIT.ok;
  },
});
