import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer } from "../../../test/support/definitions.ts";
import { openFakeHost } from "../../host/fakes/open.ts";
import type { HealthCheck, Probe } from "../../model/container.ts";
import type { BootState } from "../../model/container-state.ts";
import type { EngineDeps } from "../deps.ts";
import { probeOnce } from "./probe.ts";

const NETNS = "/proc/7/ns/net";

const state: BootState = {
  phase: "started",
  process: { pid: 7, startTicks: 1 },
  startedAt: 0,
  mounts: [],
  restartCount: 0,
  stoppedByUser: false,
  execSessions: {},
  networks: [
    {
      network: "n",
      interfaceName: "eth0",
      mac: "",
      addresses: [{ ip: "10.1.2.3", prefix: 24, gateway: "10.1.2.1" }],
      dnsServers: [],
      dnsSearch: [],
    },
  ],
};

/** Probes a container in which `answer` is given at an address; a service without an answer is silent. */
async function probe(of: Probe, ip: string | undefined, answer?: string) {
  const host = openFakeHost();
  host.clock.autoAdvance = true;
  host.files.makeDir("/proc/7/ns");
  host.files.writeAtomic(NETNS, "");
  const requests: string[] = [];
  if (ip !== undefined)
    host.tcp.listen(NETNS, { ip, port: 80 }, (request) => {
      requests.push(request);
      return answer;
    });
  const check: HealthCheck = {
    probe: of,
    intervalSeconds: 30,
    timeoutSeconds: 2,
    startPeriodSeconds: 0,
    retries: 3,
    onFailure: "none",
  };
  // Nothing but the host is used without a command.
  const deps = { host } as unknown as EngineDeps;
  const result = await probeOnce(deps, { config: aContainer(), state, check });
  return { ...result, requests };
}

const TCP: Probe = { kind: "tcp", port: 80 };
const HTTP: Probe = { kind: "http", port: 80, path: "/up?a=b" };

test("a TCP probe finds a service on the loopback, in IPv6, or on the container's own address", async () => {
  for (const ip of ["127.0.0.1", "::1", "10.1.2.3"]) assert.equal((await probe(TCP, ip)).exitCode, 0, ip);
  const nobody = await probe(TCP, undefined);
  assert.equal(nobody.exitCode, 1);
  assert.deepEqual(nobody.output.split("\n"), [
    "connecting to 127.0.0.1:80: ECONNREFUSED",
    "connecting to [::1]:80: ECONNREFUSED",
    "connecting to 10.1.2.3:80: ECONNREFUSED",
  ]);
});

test("an HTTP probe goes by the status", async () => {
  const cases: readonly (readonly [string, number])[] = [
    ["HTTP/1.1 200 OK", 0],
    ["HTTP/1.0 399 x", 0],
    ["HTTP/2 204", 0],
    ["HTTP/1.1 400 Bad Request", 1],
    ["HTTP/1.1 503 Service Unavailable", 1],
    ["HTTP/1.1 100 Continue", 1],
    ["-ERR unknown command", 1],
    ["", 1],
  ];
  for (const [answer, exitCode] of cases) {
    const found = await probe(HTTP, "127.0.0.1", answer);
    assert.equal(found.exitCode, exitCode, answer);
    if (answer !== "") assert.equal(found.output, answer);
  }
  const { requests } = await probe(HTTP, "::1", "HTTP/1.1 200 OK");
  assert.match(requests[0] ?? "", /^GET \/up\?a=b HTTP\/1\.1\r\nHost: \[::1\]:80\r\n[\s\S]*\r\n\r\n$/);
});

test("a service that does not answer in time is too late", async () => {
  const silent = await probe(HTTP, "127.0.0.1");
  assert.deepEqual([silent.exitCode, silent.end - silent.start], [-1, 2000]);
});
