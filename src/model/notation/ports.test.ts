import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "../../base/errors.ts";
import { formatPort, isIpAddress, type ParsedPort, parsePort, parsePorts } from "./ports.ts";

const accepted: readonly (readonly [string, ParsedPort])[] = [
  ["80", { container: 80 }],
  [":80", { container: 80 }],
  ["8080:80", { host: 8080, container: 80 }],
  ["080:80", { host: 80, container: 80 }],
  ["8080:80/UDP", { host: 8080, container: 80, protocol: "udp" }],
  ["127.0.0.1:8080:80", { host: 8080, container: 80, hostIp: "127.0.0.1" }],
  ["127.0.0.1::80", { container: 80, hostIp: "127.0.0.1" }],
  ["0.0.0.0:80:80", { host: 80, container: 80 }],
  ["[::1]:80:80", { host: 80, container: 80, hostIp: "::1" }],
  ["[::1]::80/tcp", { container: 80, hostIp: "::1", protocol: "tcp" }],
  ["80-82:90-92", { host: 80, container: 90, range: 3 }],
  ["80-82", { container: 80, range: 3 }],
];

test("published ports in podman's notation", () => {
  for (const [text, port] of accepted) assert.deepEqual(parsePort(text), port, text);
  assert.deepEqual(parsePorts(["", "80"]), [{ container: 80 }]);
});

const between = "port numbers must be between 1 and 65535 (inclusive), got";
const FORMAT = "invalid port format - format is [[hostIP:]hostPort:]containerPort";
const refused: readonly (readonly [string, string])[] = [
  ["0:80", `parsing host port: ${between} 0`],
  ["80:0", `parsing container port: ${between} 0`],
  ["70000:80", `parsing host port: ${between} 70000`],
  ["80:70000", `parsing container port: ${between} 70000`],
  ["8080:80/xx", 'unrecognized protocol "xx" in port mapping'],
  ["80:80/", "must provide a non-empty protocol to publish"],
  ["80/tcp/udp", "invalid port format - protocol can only be specified once"],
  ["::80", "must provide a non-empty container host IP to publish"],
  ["[::1]", "invalid port format - IPv6 address must be followed by a colon (':')"],
  ["[::1]:80", "invalid port format - must provide host and destination port if specifying an IP"],
  ["[::1:80:80", FORMAT],
  ["1:2:3:4", FORMAT],
  ["::1:80:80", FORMAT],
  ["a:80", 'parsing host port: invalid port number: strconv.Atoi: parsing "a": invalid syntax'],
  ["80:a", 'parsing container port: invalid port number: strconv.Atoi: parsing "a": invalid syntax'],
  ["127.0.0.1:80", 'parsing host port: invalid port number: strconv.Atoi: parsing "127.0.0.1": invalid syntax'],
  ["256.1.1.1:80:80", 'cannot parse "256.1.1.1" as an IP address'],
  ["localhost:80:80", 'cannot parse "localhost" as an IP address'],
  ["80-82:80", "host and container port ranges have different lengths: 3 vs 1"],
  ["80:80-82", "host and container port ranges have different lengths: 1 vs 3"],
  [
    "82-80:80-82",
    "parsing host port: the end port of a range must be higher than the start port - 80 is not higher than 82",
  ],
  ["80-", "parsing container port: must provide ending number for port range"],
  ["-80", "parsing container port: port numbers cannot be negative"],
];

test("bad ports are refused with podman's texts", () => {
  for (const [text, message] of refused)
    assert.throws(
      () => parsePort(text),
      (error) => messageOf(error) === message,
      text,
    );
});

test("IP addresses are told from other text", () => {
  for (const text of ["0.0.0.0", "255.1.2.3", "::", "::1", "fe80::1%eth0", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::"])
    assert.ok(isIpAddress(text), text);
  for (const text of [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.1.1.1",
    ":",
    ":::",
    "1::2::3",
    "1:2:3",
    "12345::",
    "g::",
  ])
    assert.ok(!isIpAddress(text), text);
});

test("ports in listings", () => {
  const port = { hostIp: "", hostPort: 8080, containerPort: 80, protocol: "tcp", range: 1 };
  assert.equal(formatPort(port), "0.0.0.0:8080->80/tcp");
  assert.equal(formatPort({ ...port, hostIp: "::1", range: 3 }), "[::1]:8080-8082->80-82/tcp");
});
