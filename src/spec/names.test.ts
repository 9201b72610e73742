import assert from "node:assert/strict";
import { it } from "node:test";
import { randomName } from "./names.ts";
import { NAME_PATTERN } from "./resolve-container.ts";

it("makes names that containers and pods may have, from all random bytes", () => {
  for (let byte = 0; byte < 256; byte++) {
    const name = randomName((count) => new Uint8Array(count).fill(byte));
    assert.match(name, /^[a-z]+_[a-z]+$/);
    assert.match(name, NAME_PATTERN);
  }
});

it("draws both words", () => {
  const name = (...bytes: number[]) => randomName(() => Uint8Array.from(bytes));
  assert.notEqual(name(0, 0, 0, 0).split("_")[0], name(0, 1, 0, 0).split("_")[0]);
  assert.notEqual(name(0, 0, 0, 0).split("_")[1], name(0, 0, 0, 1).split("_")[1]);
});
