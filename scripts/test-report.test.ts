import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBun, parseTap, withoutPasses } from "./test-report.ts";

test("a TAP report gives counts and the reasons of skips", () => {
  const report = [
    "TAP version 13",
    "ok 1 - works",
    "  ok 1 - inner # SKIP needs cgroup v2",
    "not ok 2 - breaks",
    "# tests 4",
    "# pass 1",
    "# fail 1",
    "# cancelled 1",
    "# skipped 1",
    "# todo 0",
  ].join("\n");
  assert.deepEqual(parseTap(report), {
    passed: 1,
    failed: 2,
    skipped: 1,
    skips: ["inner: needs cgroup v2"],
    complete: true,
  });
});

test("a Bun report gives counts", () => {
  const report =
    "(pass) a [0.10ms]\n(skip) b\n\n 3 pass\n 1 skip\n 2 fail\n 1 error\nRan 6 tests across 1 file. [12ms]\n";
  assert.deepEqual(parseBun(report), { passed: 3, failed: 3, skipped: 1, skips: ["b"], complete: true });
});

test("a process that died before its summary is incomplete", () => {
  assert.equal(parseTap("ok 1 - works\n").complete, false);
  assert.equal(parseBun("(pass) a\n").complete, false);
});

test("passed tests are taken out of a report, failures stay whole", () => {
  const tap = [
    "TAP version 13",
    "# Subtest: works",
    "ok 1 - works",
    "  ---",
    "  duration_ms: 1",
    "  ...",
    "# Subtest: breaks",
    "not ok 2 - breaks",
    "  ---",
    "  error: 'no'",
    "  ...",
    "",
  ];
  assert.equal(withoutPasses(tap.join("\n")), ["TAP version 13", ...tap.slice(6)].join("\n"));
  assert.equal(withoutPasses("(pass) a [1ms]\n(fail) b [1ms]\n"), "(fail) b [1ms]\n");
});
