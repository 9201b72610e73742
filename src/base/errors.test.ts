import assert from "node:assert/strict";
import { test } from "node:test";
import { fail, firstFailure, messageOf } from "./errors.ts";

test("an error that a failed clean-up hides is the one that is told", () => {
  const first = fail("EMPTY_ID", {});
  const hidden = new SuppressedError(new Error("third"), new SuppressedError(new Error("second"), first));
  assert.equal(firstFailure(hidden), first);
  assert.equal(messageOf(hidden), "name or ID cannot be empty");
  assert.equal(messageOf("text"), "text");
});
