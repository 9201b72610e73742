import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetworkDefinition } from "../model/network.ts";
import { compileFilters, type NetworkFilters } from "./filters.ts";

const network = (name: string, fields: Partial<NetworkDefinition> = {}): NetworkDefinition => ({
  name,
  id: `${name.length}`.repeat(64),
  driver: "bridge",
  interfaceName: "minke1",
  createdAt: 100_000,
  subnets: [],
  ipv6: false,
  internal: false,
  dnsEnabled: true,
  labels: {},
  options: {},
  ipamDriver: "host-local",
  ...fields,
});

const ALL = [
  network("web", { labels: { tier: "front", old: "" } }),
  network("web-two", { labels: { tier: "back" }, createdAt: 300_000 }),
  network("mac", { driver: "macvlan" }),
  network("minke"),
];

const select = (filters: NetworkFilters) =>
  ALL.filter(
    compileFilters(filters, {
      now: 400_000,
      isUsed: (one) => one.name === "web",
      isDefault: (one) => one.name === "minke",
    }),
  ).map((one) => one.name);

test("filters select as podman's", () => {
  const cases: [NetworkFilters, string[]][] = [
    [{}, ["web", "web-two", "mac", "minke"]],
    [{ name: ["web"] }, ["web", "web-two"]],
    [{ name: ["^web$", "mac"] }, ["web", "mac"]],
    [{ name: ["("] }, []],
    [{ id: ["^7777"] }, ["web-two"]],
    [{ driver: ["macvlan"] }, ["mac"]],
    [{ driver: ["bridge"], name: ["two"] }, ["web-two"]],
    [{ label: ["tier"] }, ["web", "web-two"]],
    [{ label: ["tier=front", "old"] }, ["web"]],
    [{ "label!": ["tier"] }, ["mac", "minke"]],
    [{ until: ["2m"] }, ["web", "mac", "minke"]],
    [{ until: ["100"] }, []],
    [{ until: ["1970-01-01T00:10:00Z"] }, ["web", "web-two", "mac", "minke"]],
    [{ dangling: ["true"] }, ["web-two", "mac"]],
    [{ dangling: ["false"] }, ["web"]],
  ];
  for (const [filters, expected] of cases) assert.deepEqual(select(filters), expected, JSON.stringify(filters));
});

test("unknown filters and values are refused", () => {
  assert.throws(() => select({ since: ["x"] }), { code: "INVALID_ARGUMENT", message: 'invalid filter "since"' });
  assert.throws(() => select({ dangling: ["x"] }), { message: 'invalid dangling filter value "x"' });
  assert.throws(() => select({ until: ["soon"] }), { code: "INVALID_ARGUMENT" });
});
