import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { formatPodSchema } from "./pod-shape.ts";

test("docs/pod.schema.json is what minke pod create --schema prints", () => {
  const published = readFileSync(join(import.meta.dirname, "../../../docs/pod.schema.json"), "utf8");
  assert.equal(published, formatPodSchema());
});
