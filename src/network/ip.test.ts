import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOverlap, formatAddress, formatBlock, lastOf, parseAddress, parseBlock } from "./ip.ts";

test("addresses are read and written in canonical form", () => {
  const cases: [string, string][] = [
    ["10.88.0.1", "10.88.0.1"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["FD12:0:0:0:0:0:0:1", "fd12::1"],
    ["fd12:0:0:1:0:0:0:1", "fd12:0:0:1::1"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["fd12::", "fd12::"],
    ["::ffff:10.0.0.1", "::ffff:a00:1"],
  ];
  for (const [input, expected] of cases) {
    const address = parseAddress(input);
    assert.ok(address, input);
    assert.equal(formatAddress(address), expected, input);
  }
});

test("what is no address is refused", () => {
  const bad = ["", "10.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.0.1", "a.b.c.d", ":", ":::", "1::2::3", "fd12::g"];
  bad.push("1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "fe80::1%eth0", "1:2:3:4:5:6:7:8::", "10.0.0.1:80", "::10.0.0.300");
  for (const text of bad) assert.equal(parseAddress(text), undefined, text);
});

test("blocks lose their host bits and know their end", () => {
  const block = parseBlock("10.199.0.77/24");
  assert.ok(block);
  assert.equal(formatBlock(block), "10.199.0.0/24");
  assert.equal(formatAddress({ version: 4, value: lastOf(block) }), "10.199.0.255");
  for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.300.0.0/24", "fd00::/129", "/24", "10.0.0.0/-1"])
    assert.equal(parseBlock(text), undefined, text);
});

test("overlap is symmetric and keeps the families apart", () => {
  const cases: [string, string, boolean][] = [
    ["10.0.0.0/8", "10.88.0.0/16", true],
    ["10.88.0.0/24", "10.88.1.0/24", false],
    ["0.0.0.0/0", "192.0.2.0/24", true],
    ["fd00::/64", "fd00:0:0:1::/64", false],
    ["::/0", "10.0.0.0/8", false],
  ];
  for (const [a, b, expected] of cases) {
    const [left, right] = [parseBlock(a), parseBlock(b)];
    assert.ok(left && right);
    assert.equal(blocksOverlap(left, right), expected, `${a} ${b}`);
    assert.equal(blocksOverlap(right, left), expected, `${b} ${a}`);
  }
});
