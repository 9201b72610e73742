import assert from "node:assert/strict";
import { test } from "node:test";
import { openFakeHost } from "./open.ts";
import { readAll } from "./pipes.ts";

test("every effect is announced first, and can be made to fail", async () => {
  const host = openFakeHost();
  const effects: string[] = [];
  host.onEffect = (port, method, path) => {
    effects.push(`${port}.${method} ${path}`);
    if (path === "/tmp/fails") throw new Error("power cut");
  };
  host.files.writeAtomic("/tmp/a", "x");
  assert.throws(() => host.files.writeAtomic("/tmp/fails", "x"), /power cut/);
  host.files.readText("/tmp/a");
  await assert.rejects(host.locks.acquire("/tmp/fails"), /power cut/);
  host.namespaces.create("/tmp/ns");
  assert.deepEqual(host.files.list("/tmp"), ["a", "ns"]);
  assert.deepEqual(effects, [
    "files.writeAtomic /tmp/a",
    "files.writeAtomic /tmp/fails",
    "locks.acquire /tmp/fails",
    "namespaces.create /tmp/ns",
  ]);
});

test("a monitor can leave a process behind that holds the descriptors", async () => {
  const host = openFakeHost();
  let container = 0;
  host.programs.define("/usr/bin/conmon", async (it) => {
    for await (const _start of it.fd(4)?.data ?? []) break;
    const monitor = it.fork(["conmon", "monitor"], async (self) => {
      const child = host.table.start({ parent: self.pid, argv: ["sleep"] });
      container = child.pid;
      it.fd(3)?.write(`{"data":${child.pid}}\n`);
      await child.exited;
      return 0;
    });
    assert.ok(monitor.pid > it.process.pid);
    return 0;
  });
  const port = host.sockets.reservePort("tcp", "", 8080);
  const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe", port.fd] as const;
  const child = host.processes.spawn("/usr/bin/conmon", [], { env: {}, stdio });
  child.pipes[4]?.write("x");
  assert.deepEqual(await child.exited, { code: 0 });
  port[Symbol.dispose]();
  assert.throws(() => host.sockets.reservePort("tcp", "127.0.0.1", 8080), { errno: "EADDRINUSE" });
  const lines = readAll(child.pipes[3]?.data ?? assert.fail());
  assert.equal(host.processes.stat(container)?.state, "S");
  host.processes.kill(container, 15);
  assert.equal(await lines, `{"data":${container}}\n`);
  host.sockets.reservePort("tcp", "", 8080)[Symbol.dispose]();
  assert.deepEqual(host.kernel.openDescriptors, []);
});

test("locks and groups let go of a process that crashed", async () => {
  const host = openFakeHost();
  const other = host.another();
  await other.locks.acquire("/tmp/lock");
  host.cgroups.create("/pod");
  host.cgroups.attach("/pod", other.processes.self);
  assert.equal(host.locks.tryAcquire("/tmp/lock"), undefined);
  assert.equal(host.cgroups.remove("/pod"), false);
  other.crash();
  using held = host.locks.tryAcquire("/tmp/lock");
  assert.ok(held);
  assert.equal(host.cgroups.remove("/pod"), true);
  assert.equal(host.processes.stat(other.processes.self), undefined);
});

test("the clock wakes sleepers in order of their time", async () => {
  const { clock } = openFakeHost();
  const woken: number[] = [];
  const sleepers = [30, 10, 20].map((time) => clock.sleep(time).then(() => woken.push(time)));
  await clock.whenSleeping();
  assert.equal(clock.sleeping, 3);
  clock.advance(25);
  await Promise.all(sleepers.slice(1));
  assert.deepEqual([woken, clock.sleeping], [[10, 20], 1]);
  clock.autoAdvance = true;
  const before = clock.now();
  await clock.sleep(100);
  assert.equal(clock.now() - before, 100);
  await Promise.all(sleepers);
  assert.deepEqual(woken, [10, 20, 30]);
});

test("reused pids have another start time, zombies stay until they are reaped", async () => {
  const { table, processes } = openFakeHost();
  const first = table.start({ parent: 1, argv: ["a"] });
  const ticks = processes.stat(first.pid)?.startTicks;
  first.exit({ code: 0 }, { zombie: true });
  assert.equal(processes.stat(first.pid)?.state, "Z");
  assert.equal(processes.kill(first.pid, 0), true);
  first.reap();
  const second = table.reuse(first.pid, { parent: 1, argv: ["b"] });
  assert.notEqual(processes.stat(second.pid)?.startTicks, ticks);
  assert.deepEqual(await first.exited, { code: 0 });
});

test("a FIFO has a reader, a terminal a size", async () => {
  const host = openFakeHost();
  const lines: string[] = [];
  using _reader = host.readFifo("/tmp/ctl", (line) => lines.push(line));
  host.files.writeInPlace("/tmp/ctl", "1 24 80\n");
  assert.deepEqual(lines, ["1 24 80\n"]);
  const stop = new AbortController();
  const sizes = host.terminal.resizes({ signal: stop.signal });
  host.terminal.resize({ rows: 24, columns: 80 });
  for await (const size of sizes) {
    assert.deepEqual(size, { rows: 24, columns: 80 });
    break;
  }
  {
    using _raw = host.terminal.rawMode();
    assert.equal(host.terminal.raw, 1);
  }
  assert.equal(host.terminal.raw, 0);
});
