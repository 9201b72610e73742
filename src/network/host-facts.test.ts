import assert from "node:assert/strict";
import { test } from "node:test";
import { HostError } from "../base/host-error.ts";
import type { Files } from "../host/ports.ts";
import { readHostNetworks } from "./host-facts.ts";
import { formatBlock } from "./ip.ts";

const TEXTS: Readonly<Record<string, string>> = {
  "/proc/net/route": [
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
    "podman0\t0000580A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
  ].join("\n"),
  "/proc/net/fib_trie": "     +-- 192.0.2.0/24 2 0 2\n           |-- 192.0.2.2\n              /32 host LOCAL\n",
  "/proc/net/ipv6_route": [
    `fd000000000000000000000000000000 40 ${"0".repeat(32)} 00 ${"0".repeat(32)} 00000100 00000001 00000000 00000001 eth0`,
    `fe800000000000000000000000000000 40 ${"0".repeat(32)} 00 ${"0".repeat(32)} 00000100 00000001 00000000 00000001 eth0`,
    `${"0".repeat(32)} 00 ${"0".repeat(32)} 00 ${"0".repeat(32)} ffffffff 00000001 00000000 00200200 lo`,
    `${"0".repeat(31)}1 80 ${"0".repeat(32)} 00 ${"0".repeat(32)} 00000000 00000002 00000000 80200001 lo`,
  ].join("\n"),
  "/etc/containers/networks/shop.json": '{ "network_interface": "podman7", "subnets": [{ "subnet": "10.89.3.0/24" }] }',
};

test("interfaces, routes, addresses and podman's networks are in use", () => {
  const files = {
    readTextIfExists: (path: string) => TEXTS[path],
    list: (path: string) => {
      if (path === "/sys/class/net") return ["eth0", "lo"];
      if (path === "/etc/containers/networks") return ["netavark.lock", "shop.json"];
      throw new HostError("ENOENT", "open", path);
    },
  } as Partial<Files> as Files;
  const facts = readHostNetworks(files);
  assert.deepEqual(facts.blocks.map(formatBlock), [
    "10.88.0.0/16",
    "10.89.3.0/24",
    "10.88.0.0/16",
    "192.0.2.2/32",
    "fd00::/64",
  ]);
  assert.deepEqual([...facts.interfaces].sort(), ["eth0", "lo", "podman0", "podman7"]);
});

test("a host without any of it has only podman's default network in use", () => {
  const files = {
    readTextIfExists: () => undefined,
    list: (path: string) => {
      throw new HostError("ENOENT", "open", path);
    },
  } as Partial<Files> as Files;
  assert.deepEqual(readHostNetworks(files).blocks.map(formatBlock), ["10.88.0.0/16"]);
});
