import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { openNetworks } from "../../src/network/open.ts";
import { freePort } from "../support/wait.ts";
import { NEEDS, openRig } from "./network-fixture.ts";
import type { Doom } from "./network-killed.ts";

const CHILD = join(import.meta.dirname, "network-killed.ts");
/** There are some twenty effects; more would mean that the loop never ends. */
const MOST = 60;

test("an engine killed before any step of a set-up leaves nothing that detach does not remove", NEEDS, async () => {
  await using rig = await openRig();
  await rig.networks.create({ name: "killed", disableDns: true });
  const ports = [{ hostIp: "", hostPort: await freePort(), containerPort: 80, protocol: "tcp" as const, range: 1 }];
  let killed = 0;
  for (let killAt = 1; ; killAt++) {
    assert.ok(killAt < MOST, "the set-up never came to its end");
    const request = rig.request(`web${killAt}`, { networks: [{ network: "killed" }], ports });
    const doom: Doom = { config: rig.config, runRoot: join(rig.directory, "run"), request, killAt };
    const { signal, stdout, stderr } = spawnSync(process.execPath, [CHILD, JSON.stringify(doom)], { encoding: "utf8" });
    assert.ok(signal === "SIGKILL" || stdout === "done\n", `${stdout}${stderr}`);
    // As a later process would: nothing is known but what is stored. Every other time the namespace is gone, too.
    if (killAt % 2 === 0) rig.host.namespaces.remove(request.netnsPath);
    await openNetworks({ host: rig.host, store: rig.store, config: rig.config }).detach(request);
    rig.assertClean(["killed"]);
    if (signal === null) break;
    killed += 1;
  }
  assert.ok(killed > 15, `only ${killed} steps`);
});
