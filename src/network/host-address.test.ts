import assert from "node:assert/strict";
import { test } from "node:test";
import { HostError } from "../base/host-error.ts";
import { openFakeHost } from "../host/fakes/open.ts";
import { hostAddress } from "./host-address.ts";

test("the host's own address is its first global one, and IPv4 before IPv6", () => {
  const { netlink } = openFakeHost();
  assert.equal(hostAddress(netlink), undefined);
  netlink.host.addresses.add("1 fd000000000000000000000000000007/64");
  assert.equal(hostAddress(netlink), "fd00::7");
  netlink.host.addresses.add("1 c0000207/24");
  assert.equal(hostAddress(netlink), "192.0.2.7");
});

test("where netlink is refused there is none", () => {
  const refusing = {
    open: () => {
      throw new HostError("EPERM", "socket", "rtnetlink");
    },
  };
  assert.equal(hostAddress(refusing), undefined);
});
