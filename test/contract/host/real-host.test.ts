/** What only the real host can show: terminals, descriptors, dying lock holders, the unified cgroup tree. */
import assert from "node:assert/strict";
import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openCgroupsOf } from "../../../src/host/cgroups.ts";
import { check } from "../../../src/host/libc.ts";
import { openHost, openLibc } from "../../../src/host/open.ts";
import { forEachHost, text } from "./for-each-host.ts";
import { ENVIRONMENT } from "./scripts.ts";

const TIOCSPTLCK = 0x40045431;
const TIOCGPTN = 0x80045430;
const TIOCSWINSZ = 0x5414;
const SIGWINCH = 28;
const here = (name: string) => join(import.meta.dirname, name);

/** Both ends of a new pseudo terminal of 24 by 80. */
function openPty(): { readonly master: number; readonly slave: number; resize(rows: number, columns: number): void } {
  const libc = openLibc();
  const master = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY);
  const number = new Uint8Array(4);
  check(libc.ioctl(master, TIOCSPTLCK, new Uint8Array(4)), "ioctl", "ptmx");
  check(libc.ioctl(master, TIOCGPTN, number), "ioctl", "ptmx");
  const path = `/dev/pts/${new DataView(number.buffer).getUint32(0, true)}`;
  const resize = (rows: number, columns: number) => {
    const size = new Uint16Array([rows, columns, 0, 0]);
    check(libc.ioctl(master, TIOCSWINSZ, new Uint8Array(size.buffer)), "ioctl", path);
  };
  resize(24, 80);
  return { master, slave: openSync(path, constants.O_RDWR | constants.O_NOCTTY), resize };
}

test("terminal (real): size, raw mode and resizes on a terminal", async () => {
  const host = await openHost();
  const pty = openPty();
  const env = { ...host.system.env };
  const child = host.processes.spawn(process.execPath, [here("terminal-probe.ts")], {
    env,
    stdio: [pty.slave, pty.slave, "ignore", "pipe"],
  });
  try {
    const lines: string[] = [];
    let rest = "";
    for await (const chunk of child.pipes[3]?.data ?? []) {
      rest += text(chunk);
      const parts = rest.split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        // Without raw mode the reader would wait for the end of the line, and 3 would be an interrupt.
        if (line === '"raw"') writeSync(pty.master, Uint8Array.of(3));
        if (line !== '"waiting"') continue;
        pty.resize(50, 132);
        child.kill(SIGWINCH);
      }
    }
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [
        { stdin: true, stderr: false, size: { rows: 24, columns: 80 } },
        "raw",
        3,
        "waiting",
        { rows: 50, columns: 132 },
      ],
    );
    assert.deepEqual(await child.exited, { code: 0 });
  } finally {
    child.kill(9);
    closeSync(pty.slave);
    closeSync(pty.master);
  }
});

test("processes (real): own descriptors don't leak into children", async () => {
  const host = await openHost();
  const path = join(process.env["TMPDIR"] ?? "/tmp", `minke-leak-${process.pid}`);
  try {
    using _lock = await host.locks.acquire(path);
    using port = host.sockets.reservePort("udp", "127.0.0.1", 0);
    assert.match(readFileSync(`/proc/self/fdinfo/${port.fd}`, "latin1"), /^flags:\s*0?2\d{6}/m);
    const listing = 'for fd in /proc/self/fd/*; do readlink "$fd"; done';
    const result = await host.processes.run("/bin/sh", ["-c", listing], { env: ENVIRONMENT });
    assert.equal(result.outcome, "exited");
    assert.equal(text(result.stdout).includes(path), false);
  } finally {
    host.files.remove(path);
  }
});

forEachHost("locks", (example) => {
  example("are free when their holder is killed", async (bench) => {
    const { host, directory, fake } = bench;
    const path = `${directory}/lock`;
    if (fake) {
      const other = fake.another();
      await other.locks.acquire(path);
      assert.equal(host.locks.tryAcquire(path), undefined);
      other.crash();
    } else {
      const stdio = ["pipe", "pipe", "inherit"] as const;
      const options = { env: { ...host.system.env }, stdio };
      const holder = host.processes.spawn(process.execPath, [here("lock-holder.ts"), path], options);
      for await (const _ready of holder.pipes[1]?.data ?? []) break;
      assert.equal(host.locks.tryAcquire(path), undefined);
      holder.kill(9);
      assert.deepEqual(await holder.exited, { signal: "SIGKILL" });
    }
    using held = await host.locks.acquire(path);
    assert.ok(held);
  });
});

forEachHost("cgroups", (example) => {
  example(
    "work in the unified tree alone",
    async ({ kind, host }) => {
      if (kind === "fake") return;
      const unified = host.mounts.list().filter((mount) => mount.fsType === "cgroup2");
      if (unified.length === 0) {
        console.log("skipped: cgroups (real): work in the unified tree alone: needs a cgroup2 mount");
        return;
      }
      const cgroups = openCgroupsOf(unified);
      assert.equal(cgroups.version(), "v2");
      const path = `/minke-contract-unified-${process.pid}`;
      const child = host.processes.spawn("/bin/sh", ["-c", "echo ready; exec tail -f /dev/null"], {
        env: ENVIRONMENT,
        stdio: ["ignore", "pipe", "ignore"],
      });
      try {
        cgroups.create(`${path}/a`);
        cgroups.attach(`${path}/a`, child.pid);
        await cgroups.setFrozen(path, true);
        assert.deepEqual([cgroups.frozen(path), cgroups.frozen(`${path}/a`)], [true, true]);
        await cgroups.setFrozen(path, false);
        assert.equal(cgroups.frozen(`${path}/a`), false);
        assert.deepEqual(cgroups.processes(`${path}/a`), [child.pid]);
        assert.equal(cgroups.remove(path), false);
      } finally {
        child.kill(9);
        await child.exited;
        while (!cgroups.remove(path)) await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(cgroups.exists(path), false);
    },
    "cgroups",
  );
});
