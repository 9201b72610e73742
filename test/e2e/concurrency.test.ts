import assert from "node:assert/strict";
import { test } from "node:test";
import { assertExit } from "../support/command.ts";
import { openSandbox } from "../support/minke.ts";

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

test("many commands at once neither lose nor double anything", async () => {
  await using minke = await openSandbox();
  const ids = await Promise.all(times(8, (n) => minke.ok("run", "-d", "--name", `c${n}`, "busybox", "sleep", "1000")));
  assert.equal(new Set(ids).size, 8);
  const format = "{{.NetworkSettings.IPAddress}}";
  const addresses = await Promise.all(ids.map((id) => minke.ok("inspect", "-f", format, id)));
  assert.equal(new Set(addresses).size, 8, `each has its own address: ${addresses.join(", ")}`);
  const listed = await minke.ok("ps", "-q", "--no-trunc");
  assert.deepEqual(listed.split("\n").sort(), [...ids].sort());
  await Promise.all(ids.map((id) => minke.ok("rm", "-f", "-t", "0", id)));
  assert.equal(await minke.ok("ps", "-aq"), "");
});

test("a name that many want at once is given to one", async () => {
  await using minke = await openSandbox();
  const results = await Promise.all(times(6, () => minke.run(["create", "--name", "one", "busybox", "true"])));
  assert.equal(results.filter((result) => result.code === 0).length, 1);
  for (const result of results.filter(({ code }) => code !== 0)) {
    assertExit(result, 125);
    assert.match(result.stderr, /"one" is already in use/);
  }
  assert.equal((await minke.ok("ps", "-aq")).split("\n").length, 1);
});

test("contrary commands on one pod at once end in a state that the next command can change", async () => {
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p");
  for (const name of ["a", "b"]) await minke.ok("create", "--pod", "p", "--name", name, "busybox", "sleep", "1000");
  const verbs = [["start"], ["stop", "-t", "0"], ["start"], ["kill"], ["restart"], ["start"]];
  await Promise.all(verbs.map((verb) => minke.run(["pod", ...verb, "p"])));
  await minke.ok("pod", "start", "p");
  assert.equal(await minke.ok("pod", "ps", "--format", "{{.Status}}"), "Running");
  await Promise.all(times(3, () => minke.run(["pod", "rm", "-f", "-t", "0", "p"])));
  assert.equal(await minke.ok("pod", "ps", "-q"), "");
  assert.equal(await minke.ok("ps", "-aq"), "");
});
