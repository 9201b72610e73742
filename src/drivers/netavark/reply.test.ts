import assert from "node:assert/strict";
import { test } from "node:test";
import { parseVersion } from "./probe.ts";
import { parseFailure, parseSetupReply, saysAlreadyGone } from "./reply.ts";

test("a setup's answer gives interfaces, addresses and name servers", () => {
  const text =
    '{"net":{"dns_search_domains":["dns.podman"],"dns_server_ips":["10.1.0.1","fd11::1"],"interfaces":{"eth0":{"mac_address":"fa:39:63:ae:5c:a0","subnets":[{"gateway":"10.1.0.1","ipnet":"10.1.0.2/24"},{"ipnet":"fd11::5/64"}]}}}}';
  assert.deepEqual(parseSetupReply(text).get("net"), {
    interfaces: [
      {
        name: "eth0",
        mac: "fa:39:63:ae:5c:a0",
        addresses: [
          { ip: "10.1.0.2", prefix: 24, gateway: "10.1.0.1" },
          { ip: "fd11::5", prefix: 64, gateway: "" },
        ],
      },
    ],
    dnsServers: ["10.1.0.1", "fd11::1"],
    dnsSearch: ["dns.podman"],
  });
});

test("anything else is an error that shows its beginning", () => {
  for (const text of ["", "[]", "oops", '{"net":{}}', '{"net":3}'])
    assert.throws(() => parseSetupReply(text), { code: "NETWORK_FAILED", message: /unexpected answer/ }, text);
  assert.throws(
    () => parseSetupReply("x".repeat(5000)),
    (error) => error instanceof Error && error.message.length < 300,
  );
});

test("the reason of a failure comes from JSON, or is the text itself", () => {
  const cases: [string, string][] = [
    [
      '{"error":"open container netns: open /x: IO error: No such file"}',
      "open container netns: open /x: IO error: No such file",
    ],
    ['{"error":"many:\\n\\t- one\\n\\t- two"}', "many: - one - two"],
    ["error: Found argument '--x'\n\nUSAGE:", "error: Found argument '--x' USAGE:"],
    ["", ""],
  ];
  for (const [text, expected] of cases) assert.equal(parseFailure(text), expected);
});

test("a teardown of what is gone is told from one that failed", () => {
  const many = "netavark encountered multiple errors:";
  const gone = "failed to delete container veth eth0: Netlink error: No such device (os error 19)";
  const cases: [string, boolean][] = [
    [gone, true],
    [`${many} - IO error: No such file or directory (os error 2) - ${gone}`, true],
    ["IO error: aardvark pid not found", true],
    [`${many} - ${gone} - iptables: Permission denied`, false],
    ["iptables: Permission denied", false],
    ["", false],
  ];
  for (const [reason, expected] of cases) assert.equal(saysAlreadyGone(reason), expected, reason);
});

test("the version is read from JSON", () => {
  assert.equal(parseVersion('{\n "version": "1.4.0",\n "commit": ""\n}'), "1.4.0");
  for (const text of ["", "netavark 1.4.0", "{}", "null"])
    assert.throws(() => parseVersion(text), { code: "NETWORK_FAILED" }, text);
});
