import assert from "node:assert/strict";
import * as messages from "../../../src/drivers/rtnetlink/messages.ts";
import type { Host, NetlinkSocket } from "../../../src/host/ports.ts";
import { forEachHost, throwsErrno } from "./for-each-host.ts";

const find = (socket: NetlinkSocket, which: string | number) => {
  const [answer] = socket.request(messages.getLink(which));
  const link = answer && messages.parseLink(answer);
  assert.ok(link);
  return link;
};

/** Two namespaces, so that nothing of the host's own is touched. */
function twoNamespaces(host: Host, directory: string) {
  const paths = ["one", "two"].map((name) => `${directory}/netns/${name}`);
  const sockets = paths.map((path) => {
    host.namespaces.create(path);
    return host.namespaces.inside(path, () => host.netlink.open());
  });
  const [one, two] = sockets;
  assert.ok(one && two && paths[1]);
  return {
    one,
    two,
    twoPath: paths[1],
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket[Symbol.dispose]();
      for (const path of paths) host.namespaces.remove(path);
    },
  };
}

forEachHost("netlink", (example) => {
  example(
    "makes a bridge with a port whose other end is in another namespace",
    ({ host, directory }) => {
      using world = twoNamespaces(host, directory);
      const { one, two } = world;
      one.request(messages.newBridge({ name: "mbr0", mtu: 1400 }));
      throwsErrno(() => one.request(messages.newBridge({ name: "mbr0" })), "EEXIST");
      const bridge = find(one, "mbr0");
      assert.deepEqual([bridge.kind, bridge.up], ["bridge", false]);
      one.request(messages.setUp(bridge.index));
      assert.equal(find(one, "mbr0").up, true);
      const peerMac = Uint8Array.of(0x02, 0x11, 0x22, 0x33, 0x44, 0x55);
      {
        using namespace = host.namespaces.open(world.twoPath);
        one.request(
          messages.newVeth({ master: bridge.index, peerName: "eth0", peerMac, namespace: namespace.fd, mtu: 1400 }),
        );
      }
      const inner = find(two, "eth0");
      assert.deepEqual([inner.kind, inner.mac, inner.master], ["veth", "02:11:22:33:44:55", 0]);
      const outer = find(one, inner.peer);
      assert.deepEqual([outer.master, outer.peer, outer.kind], [bridge.index, inner.index, "veth"]);
      const ports = one.request(messages.getPorts(bridge.index)).flatMap((bytes) => messages.parseLink(bytes) ?? []);
      assert.deepEqual(
        ports.filter((port) => port.master === bridge.index).map((port) => port.index),
        [outer.index],
      );
      two.request(messages.deleteLink(inner.index));
      throwsErrno(() => find(one, outer.index), "ENODEV");
    },
    "root",
  );

  example(
    "gives addresses and routes, once",
    ({ host, directory }) => {
      using world = twoNamespaces(host, directory);
      const { one } = world;
      one.request(messages.newBridge({ name: "mbr0" }));
      const { index } = find(one, "mbr0");
      const address = { version: 4 as const, bytes: Uint8Array.of(10, 99, 98, 2), prefix: 24 };
      one.request(messages.newAddress(index, address));
      throwsErrno(() => one.request(messages.newAddress(index, address)), "EEXIST");
      const addresses = one
        .request(messages.getAddresses())
        .flatMap((bytes) => messages.parseGlobalAddress(bytes) ?? []);
      assert.deepEqual(
        addresses.map(({ version, bytes, prefix }) => [version, [...bytes], prefix]),
        [[4, [10, 99, 98, 2], 24]],
      );
      one.request(messages.setUp(index));
      one.request(messages.newDefaultRoute({ version: 4, gateway: Uint8Array.of(10, 99, 98, 1), metric: 100 }));
    },
    "root",
  );

  example(
    "deletes a group of links in one step",
    ({ host, directory }) => {
      using world = twoNamespaces(host, directory);
      const { one } = world;
      for (const name of ["mbr0", "mbr1", "mbr2"]) one.request(messages.newBridge({ name }));
      for (const name of ["mbr0", "mbr2"]) one.request(messages.setGroup(find(one, name).index, 0x6d000001));
      one.request(messages.deleteGroup(0x6d000001));
      for (const name of ["mbr0", "mbr2"]) throwsErrno(() => find(one, name), "ENODEV");
      assert.equal(find(one, "mbr1").kind, "bridge");
    },
    "root",
  );

  example(
    "namespaces see only their own links, and the thread comes home",
    ({ host, directory }) => {
      using world = twoNamespaces(host, directory);
      world.one.request(messages.newBridge({ name: "mbr0" }));
      throwsErrno(() => find(world.two, "mbr0"), "ENODEV");
      throwsErrno(() => {
        using home = host.netlink.open();
        find(home, "mbr0");
      }, "ENODEV");
      assert.throws(
        () =>
          host.namespaces.inside(world.twoPath, () => {
            throw new Error("inner");
          }),
        /inner/,
      );
      using home = host.netlink.open();
      assert.equal(find(home, "lo").index, 1);
    },
    "root",
  );

  example(
    "refuses what is no namespace, and messages that it does not know",
    ({ host, directory }) => {
      throwsErrno(() => host.namespaces.inside(`${directory}/none`, () => 0), "ENOENT");
      throwsErrno(() => host.namespaces.open(`${directory}/none`), "ENOENT");
      host.files.writeAtomic(`${directory}/plain`, "");
      throwsErrno(() => host.namespaces.inside(`${directory}/plain`, () => 0), "EINVAL");
      using world = twoNamespaces(host, directory);
      throwsErrno(() => world.one.request(messages.deleteLink(4095)), "ENODEV");
      const strange = messages.newBridge({ name: "mbr0" });
      new DataView(strange.buffer).setUint16(4, 4000, true);
      throwsErrno(() => world.one.request(strange), "EOPNOTSUPP");
    },
    "root",
  );
});
