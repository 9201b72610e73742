import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, u32 } from "./encoding.ts";
import * as messages from "./messages.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/**
 * What netavark 1.4.0 sends for the same wishes (recorded with strace on Linux 6.18), its sequence number set to zero, and
 * NLM_F_CREATE and NLM_F_EXCL left out where they mean nothing (switching a link on).
 */
const RECORDED: readonly [string, Uint8Array, string][] = [
  [
    "a bridge",
    messages.newBridge({ name: "mkx6", mtu: 1400 }),
    "4400000010000506000000000000000000000000000000000000000000000000100012000b000100627269646765000009000300" +
      "6d6b783600000000" +
      "0800040078050000",
  ],
  [
    "a veth pair",
    messages.newVeth({
      master: 4,
      peerName: "eth0",
      peerMac: Uint8Array.of(0x02, 0x11, 0x22, 0x33, 0x44, 0x55),
      namespace: 3,
      mtu: 1400,
    }),
    "90000000100005060000000000000000" +
      "00000000000000000000000000000000" +
      "6000120009000100766574680000000050000200" +
      "4c00010000000000000000000000000000000000100012000900010076657468000000000900030065746830000000000800040078050000" +
      "0a00010002112233445500000" +
      "8001c0003000000" +
      "080004007805000008000a0004000000",
  ],
  [
    "an IPv4 address",
    messages.newAddress(2, { version: 4, bytes: Uint8Array.of(10, 123, 46, 2), prefix: 24 }),
    "28000000140005060000000000000000" + "0218000002000000" + "080004000a7b2eff080002000a7b2e02",
  ],
  [
    "an IPv6 address",
    messages.newAddress(2, {
      version: 6,
      bytes: Buffer.from("fd112233000000000000000000000002", "hex"),
      prefix: 64,
    }),
    "2c000000140005060000000000000000" + "0a40000002000000" + "14000200fd112233000000000000000000000002",
  ],
  [
    "an IPv4 default route",
    messages.newDefaultRoute({ version: 4, gateway: Uint8Array.of(10, 123, 46, 1), metric: 200 }),
    "34000000180005040000000000000000" +
      "02000000fe04000100000000" +
      "0800010000000000080005000a7b2e0108000600c8000000",
  ],
  [
    "an IPv6 default route",
    messages.newDefaultRoute({
      version: 6,
      gateway: Buffer.from("fd112233000000000000000000000001", "hex"),
      metric: 200,
    }),
    "4c000000180005040000000000000000" +
      "0a000000fe04000100000000" +
      "1400010000000000000000000000000000000000" +
      "14000500fd112233000000000000000000000001" +
      "08000600c8000000",
  ],
  ["a link going up", messages.setUp(2), "200000001300050000000000000000000000000002000000" + "0100000001000000"],
  [
    "a question for a link",
    messages.getLink("eth0"),
    "2c00000012000500000000000000000000000000000000000000000000000000" + "090003006574683000000000",
  ],
];

for (const [title, built, recorded] of RECORDED)
  test(`${title} is asked for as netavark does`, () => {
    assert.equal(hex(built), recorded);
  });

test("broadcast addresses fill the bits of the host", () => {
  for (const [prefix, expected] of [
    [8, "0affffff"],
    [20, "0a7b2fff"],
    [25, "0a7b2e7f"],
    [30, "0a7b2e03"],
    [32, "0a7b2e02"],
  ] as const) {
    const built = messages.newAddress(1, { version: 4, bytes: Uint8Array.of(10, 123, 46, 2), prefix });
    assert.equal(hex(built.subarray(28, 32)), expected);
  }
});

test("a link is read from the kernel's message", () => {
  const attribute = (type: number, payload: Uint8Array) => {
    const head = Uint8Array.of(payload.byteLength + 4, 0, type, 0);
    return concat([head, payload, new Uint8Array((4 - (payload.byteLength % 4)) % 4)]);
  };
  const kind = Buffer.from([9, 0, 1, 0, ...Buffer.from("veth\0")]);
  const parts = [
    Uint8Array.of(16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    Uint8Array.of(0, 0, 1, 0, 7, 0, 0, 0, 0x03, 0x10, 0, 0, 0, 0, 0, 0),
    attribute(3, Buffer.from("eth0\0")),
    attribute(1, Uint8Array.of(2, 0x11, 0x22, 0x33, 0x44, 0x55)),
    attribute(5, u32(12)),
    attribute(10, u32(4)),
    attribute(18, kind),
  ];
  const body = concat(parts);
  const link = messages.parseLink(concat([u32(body.byteLength + 4), body]));
  assert.deepEqual(link, {
    index: 7,
    name: "eth0",
    mac: "02:11:22:33:44:55",
    up: true,
    kind: "veth",
    peer: 12,
    master: 4,
  });
});

test("cut and foreign messages give no link", () => {
  assert.equal(messages.parseLink(new Uint8Array()), undefined);
  assert.equal(messages.parseLink(messages.newDefaultRoute({ version: 4, gateway: u32(0), metric: 1 })), undefined);
  const cut = messages.newBridge({ name: "mk0" }).subarray(0, 40);
  assert.deepEqual(messages.parseLink(cut), { index: 0, name: "", mac: "", up: false, kind: "", peer: 0, master: 0 });
});
