import assert from "node:assert/strict";
import { test } from "node:test";
import { openSandbox } from "../support/minke.ts";
import { needs, unless } from "../support/needs.ts";
import { openPodman } from "../support/podman.ts";
import { freePort, redisAnswers, until } from "../support/wait.ts";

test("podman and minke run pods with published ports side by side", unless(needs.program("podman")), async () => {
  await using minke = await openSandbox({ images: ["redis"] });
  await using podman = await openPodman({ images: ["redis"] });
  const engines = [minke, podman];
  const ports = [await freePort(), await freePort()];
  const start = async (engine: (typeof engines)[number], port: number | undefined) => {
    await engine.ok("pod", "create", "--name", "same-name", "-p", `${port}:6379`);
    await engine.ok("run", "-d", "--pod", "same-name", "--name", "same-member", "redis");
  };
  await Promise.all(engines.map((engine, index) => start(engine, ports[index])));
  for (const port of ports) await until(`redis on port ${port}`, () => redisAnswers(port));

  for (const engine of engines) {
    assert.equal((await engine.ok("ps", "-aq")).split("\n").length, 2);
    assert.equal((await engine.ok("pod", "ps", "-q")).split("\n").length, 1);
    assert.equal((await engine.ok("images", "-q", "--filter", "reference=redis")).split("\n").length, 1);
  }

  // Each engine's network set-up and tear-down leaves the other's ports alone.
  const [minkePort = 0, podmanPort = 0] = ports;
  await podman.ok("pod", "rm", "-f", "-t", "0", "same-name");
  assert.equal(await redisAnswers(minkePort), true);
  assert.equal(await redisAnswers(podmanPort), false);
  await start(podman, podmanPort);
  await until("podman's redis once more", () => redisAnswers(podmanPort));
  await minke.ok("pod", "rm", "-f", "-t", "0", "same-name");
  assert.equal(await redisAnswers(podmanPort), true);
  assert.equal(await redisAnswers(minkePort), false);
  assert.equal(await podman.ok("pod", "ps", "--format", "{{.Status}}"), "Running");
});

test("two engine roots of minke do not see each other either", async () => {
  await using first = await openSandbox({ images: ["redis"] });
  await using second = await openSandbox({ images: ["redis"] });
  const ports = [await freePort(), await freePort()];
  const engines = [first, second];
  await Promise.all(
    engines.map((engine, index) => engine.ok("run", "-d", "--name", "db", "-p", `${ports[index]}:6379`, "redis")),
  );
  for (const port of ports) await until(`redis on port ${port}`, () => redisAnswers(port));
  await first.ok("rm", "-f", "-t", "0", "db");
  assert.equal(await redisAnswers(ports[1] ?? 0), true);
  assert.equal(await first.ok("ps", "-aq"), "");
  assert.equal((await second.ok("ps", "-q")).split("\n").length, 1);
});
