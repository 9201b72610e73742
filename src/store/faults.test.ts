import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, containerId } from "../../test/support/definitions.ts";
import { HostError } from "../base/host-error.ts";
import { type FakeHost, openFakeHost } from "../host/fakes/open.ts";
import { openStore } from "./open.ts";

const PATHS = { root: "/var/lib/minke", runRoot: "/run/minke" };

/** A first command: makes the state, defines a container and says that it runs. */
async function command(host: FakeHost): Promise<void> {
  using store = openStore(host, PATHS);
  await store.write((tx) => {
    tx.containers.insert(aContainer());
    tx.leases.take("net", "10.0.0.2", containerId(1));
  });
  store.boot.set(containerId(1), {
    phase: "started",
    mounts: [],
    restartCount: 0,
    stoppedByUser: false,
    execSessions: {},
  });
}

/** Runs `command` on a new machine whose effect number `failing` fails; returns the number of effects. */
async function runWithFault(host: FakeHost, failing: number): Promise<number> {
  let effects = 0;
  host.onEffect = (_port, _method, path) => {
    effects += 1;
    if (effects === failing) throw new HostError("EIO", "write", path);
  };
  await command(host).catch((error: unknown) => {
    assert.match(String(error), /EIO/);
  });
  host.onEffect = undefined;
  return effects;
}

test("whichever effect fails, the next command finds all of a change or nothing", async () => {
  const total = await runWithFault(openFakeHost(), 0);
  assert.ok(total > 10, `${total} effects`);
  const seen = new Set<string>();
  for (let failing = 1; failing <= total; failing++) {
    const host = openFakeHost();
    await runWithFault(host, failing);
    host.crash();
    using store = openStore(host.another(), PATHS);
    const found = store.read((tx) => [tx.containers.list().length, tx.leases.of("net").length, store.boot.all().size]);
    seen.add(found.join());
    if (found[0] === 0) await command(host.another());
  }
  assert.deepEqual([...seen].sort(), ["0,0,0", "1,1,0"]);
});

test("a reboot is noticed on a machine in memory as well", async () => {
  const host = openFakeHost();
  await command(host);
  const later = host.another();
  later.system.bootId = "another boot";
  using store = openStore(later, PATHS);
  assert.equal(store.boot.all().size, 0);
  assert.deepEqual(
    store.read((tx) => [tx.containers.list().length, tx.leases.of("net").length]),
    [1, 0],
  );
});

test("what is mounted below the run root survives when its note of the boot is lost", async () => {
  const host = openFakeHost();
  await command(host);
  host.files.makeDir(`${PATHS.runRoot}/netns`);
  host.files.makeDir(`${PATHS.runRoot}/exits`);
  host.mounts.mount("tmpfs", `${PATHS.runRoot}/netns`, "tmpfs");
  host.files.remove(`${PATHS.runRoot}/boot-id`);
  using store = openStore(host.another(), PATHS);
  assert.equal(store.boot.all().size, 0);
  assert.ok(host.mounts.isMountPoint(`${PATHS.runRoot}/netns`));
  assert.equal(host.inodes.lstat(`${PATHS.runRoot}/exits`), undefined);
});
