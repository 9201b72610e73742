import assert from "node:assert/strict";
import { test } from "node:test";
import { HostError } from "../base/host-error.ts";
import type { Random, Sockets } from "../host/ports.ts";
import type { PortMapping } from "../model/container.ts";
import { assignPorts, reservePorts } from "./ports.ts";

/** Sockets that hold what is bound, and refuse what is held. */
function fakeSockets(busy: readonly number[] = []) {
  const bound = new Set<string>();
  const sockets: Pick<Sockets, "reservePort"> = {
    reservePort: (protocol, ip, port) => {
      const key = `${protocol} ${ip}:${port}`;
      if (ip === "203.0.113.1") throw new HostError("EADDRNOTAVAIL", "bind", key);
      if (busy.includes(port) || bound.has(key)) throw new HostError("EADDRINUSE", "bind", key);
      bound.add(key);
      return { fd: 3, [Symbol.dispose]: () => void bound.delete(key) };
    },
  };
  return { bound, sockets: sockets as Sockets };
}

const random: Random = { bytes: (count) => new Uint8Array(count) };
const mapping = (fields: Partial<PortMapping>): PortMapping => ({
  hostIp: "",
  hostPort: 8080,
  containerPort: 80,
  protocol: "tcp",
  range: 1,
  ...fields,
});

test("every port of a range is held until it is disposed, SCTP is not", () => {
  const { sockets, bound } = fakeSockets();
  const held = reservePorts({ sockets }, [mapping({ range: 2 }), mapping({ protocol: "sctp" })]);
  assert.deepEqual([...bound], ["tcp :8080", "tcp :8081"]);
  for (const port of held) port[Symbol.dispose]();
  assert.equal(bound.size, 0);
});

test("a port in use is named and nothing stays bound", () => {
  const { sockets, bound } = fakeSockets([8081]);
  assert.throws(() => reservePorts({ sockets }, [mapping({ range: 2 })]), {
    code: "PORT_IN_USE",
    message: "cannot listen on the TCP port: listen tcp4 :8081: bind: address already in use",
  });
  assert.throws(() => reservePorts({ sockets }, [mapping({ hostIp: "::1", hostPort: 8081, protocol: "udp" })]), {
    message: "cannot listen on the UDP port: listen udp6 [::1]:8081: bind: address already in use",
  });
  assert.throws(() => reservePorts({ sockets }, [mapping({ hostIp: "203.0.113.1" })]), {
    code: "PORT_UNAVAILABLE",
    message: "cannot listen on the TCP port: listen tcp4 203.0.113.1:8080: bind: cannot assign requested address",
  });
  assert.equal(bound.size, 0);
});

test("options without a host port get free ones, side by side for a range", () => {
  const { sockets, bound } = fakeSockets([32769]);
  const mappings = assignPorts({ sockets, random }, [
    { container: 80 },
    { container: 90, range: 2, protocol: "udp" },
    { container: 100, host: 7000, hostIp: "127.0.0.1" },
  ]);
  assert.deepEqual(mappings, [
    mapping({ hostPort: 32768 }),
    mapping({ hostPort: 32770, containerPort: 90, range: 2, protocol: "udp" }),
    mapping({ hostIp: "127.0.0.1", hostPort: 7000, containerPort: 100 }),
  ]);
  assert.equal(bound.size, 0);
});

test("two options never share a host port", () => {
  const { sockets } = fakeSockets();
  const assign = (...options: Parameters<typeof assignPorts>[1]) => assignPorts({ sockets, random }, options);
  assert.deepEqual(
    assign({ container: 80 }, { container: 81 }).map((one) => one.hostPort),
    [32768, 32769],
  );
  assert.throws(() => assign({ container: 80, host: 7000 }, { container: 81, host: 6999, range: 3 }), /host port 7000/);
  assert.throws(
    () => assign({ container: 80, host: 7000, hostIp: "127.0.0.1" }, { container: 80, host: 7000 }),
    /conflicting port mappings/,
  );
  assert.equal(
    assign({ container: 80, host: 7000, hostIp: "127.0.0.1" }, { container: 80, host: 7000, hostIp: "127.0.0.2" })
      .length,
    2,
  );
  assert.equal(assign({ container: 80, host: 53 }, { container: 80, host: 53, protocol: "udp" }).length, 2);
  for (const option of [
    { container: 0, host: 1 },
    { container: 65536, host: 1 },
    { container: 80, host: 65535, range: 2 },
  ])
    assert.throws(() => assign(option), /port numbers must be between 1 and 65535/, JSON.stringify(option));
});
