import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../base/errors.ts";
import { HostError } from "../../base/host-error.ts";
import { asEngineError } from "./outcome.ts";

test("whatever was thrown becomes the error that a caller can act on", () => {
  const first = fail("NO_COMMAND", {});
  assert.equal(asEngineError(first), first);
  assert.equal(asEngineError(new SuppressedError(new Error("undoing failed"), first)), first);
  const host = asEngineError(new HostError("EACCES", "mount", "/x"));
  assert.deepEqual([host.code, host.message], ["HOST_IO", "mount /x: EACCES"]);
  const other = asEngineError(new TypeError("odd"));
  assert.deepEqual([other.code, other.cause instanceof TypeError], ["INTERNAL", true]);
});
