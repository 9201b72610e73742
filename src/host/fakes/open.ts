import { openCompression } from "../compression.ts";
import type { Compression, Databases, Files, Host, Inodes, NetworkNamespaces, Streams } from "../ports.ts";
import { FakeCgroups } from "./cgroups.ts";
import { FakeClock } from "./clock.ts";
import { openFakeDatabases } from "./database.ts";
import { openFakeFiles } from "./files.ts";
import { openFakeInodes } from "./inodes.ts";
import { type EffectHook, FakeKernel } from "./kernel.ts";
import { FakeLocks, FakeLockTable } from "./locks.ts";
import { FakeMounts, openFakeNamespaces } from "./mounts.ts";
import { FakeNetlink } from "./netlink.ts";
import { FakeProcessTable } from "./process-table.ts";
import { FakeProcesses } from "./processes.ts";
import { FakePrograms } from "./programs.ts";
import { FakeRandom } from "./random.ts";
import { FakeSockets } from "./sockets.ts";
import { openFakeStreams } from "./streams.ts";
import { type FakeSystem, openFakeSystem } from "./system.ts";
import { FakeTcpServices } from "./tcp-services.ts";
import { FakeTerminal } from "./terminal.ts";

/** Directories of a fresh machine. */
const DIRECTORIES = ["/tmp", "/run", "/var", "/var/lib", "/etc", "/dev", "/proc", "/sys", "/root", "/usr", "/usr/bin"];

/** Everything that the processes of one machine share. */
class FakeMachine {
  readonly clock = new FakeClock();
  readonly kernel = new FakeKernel(this.clock);
  readonly files: Files = openFakeFiles(this.kernel);
  readonly inodes: Inodes = openFakeInodes(this.kernel);
  readonly streams: Streams = openFakeStreams(this.kernel);
  readonly compression: Compression = openCompression();
  readonly programs = new FakePrograms(this.kernel);
  readonly table = new FakeProcessTable(() => this.clock.monotonic());
  readonly mounts = new FakeMounts(this.kernel);
  readonly tcp = new FakeTcpServices(this.kernel);
  readonly netlink = new FakeNetlink(this.kernel);
  readonly namespaces: NetworkNamespaces = openFakeNamespaces(
    this.kernel,
    this.mounts,
    (pid) => this.table.get(pid)?.alive ?? false,
    { tcp: this.tcp, netlink: this.netlink },
  );
  readonly cgroups = new FakeCgroups(this.kernel, this.table);
  readonly sockets = new FakeSockets(this.kernel);
  readonly lockTable = new FakeLockTable();
  readonly random = new FakeRandom();
  readonly databases: Databases = openFakeDatabases(this.kernel);

  constructor() {
    for (const path of DIRECTORIES) this.kernel.tree.put("mkdir", path, this.kernel.tree.make("directory", 0o755));
  }
}

/** A process on a machine that exists only in memory. */
export class FakeHost implements Host {
  readonly files: Files;
  readonly inodes: Inodes;
  readonly streams: Streams;
  readonly compression: Compression;
  readonly processes: FakeProcesses;
  readonly mounts: FakeMounts;
  readonly namespaces: NetworkNamespaces;
  readonly netlink: FakeNetlink;
  readonly cgroups: FakeCgroups;
  readonly sockets: FakeSockets;
  readonly terminal = new FakeTerminal();
  readonly locks: FakeLocks;
  readonly clock: FakeClock;
  readonly random: FakeRandom;
  readonly databases: Databases;
  readonly system: FakeSystem = openFakeSystem();
  /** What can be run on this machine. */
  readonly programs: FakePrograms;
  /** What runs on it; also for starting processes that no port started. */
  readonly table: FakeProcessTable;
  readonly kernel: FakeKernel;
  /** What listens inside of its network namespaces. */
  readonly tcp: FakeTcpServices;
  readonly #machine: FakeMachine;

  constructor(machine: FakeMachine) {
    this.#machine = machine;
    this.files = machine.files;
    this.inodes = machine.inodes;
    this.streams = machine.streams;
    this.compression = machine.compression;
    this.mounts = machine.mounts;
    this.namespaces = machine.namespaces;
    this.netlink = machine.netlink;
    this.cgroups = machine.cgroups;
    this.sockets = machine.sockets;
    this.clock = machine.clock;
    this.random = machine.random;
    this.databases = machine.databases;
    this.programs = machine.programs;
    this.table = machine.table;
    this.kernel = machine.kernel;
    this.tcp = machine.tcp;
    this.locks = new FakeLocks(machine.kernel, machine.lockTable);
    const self = machine.table.start({ parent: 1, argv: ["minke"] });
    this.processes = new FakeProcesses(machine, self.pid);
  }

  /** Called before every effect on this machine; throw from it to make the effect fail. */
  get onEffect(): EffectHook | undefined {
    return this.#machine.kernel.onEffect;
  }

  set onEffect(hook: EffectHook | undefined) {
    this.#machine.kernel.onEffect = hook;
  }

  /** Another process on the same machine, e.g. a second command. */
  another(): FakeHost {
    return new FakeHost(this.#machine);
  }

  /** What kill -9 of this process does: its locks are free, and it is gone. */
  crash(): void {
    this.locks.releaseAll();
    this.table.get(this.processes.self)?.exit({ signal: "SIGKILL" });
  }

  /** Reads what is written to a FIFO, which is made if missing. */
  readFifo(path: string, reader: (text: string) => void): Disposable {
    const { tree } = this.kernel;
    if (tree.look("open", path, true).node === undefined) tree.put("mkfifo", path, tree.make("fifo", 0o660));
    const node = tree.find("open", path, true);
    node.reader = reader;
    return {
      [Symbol.dispose]: () => {
        node.reader = undefined;
      },
    };
  }
}

/** A machine in memory with the usual directories and nothing on it, and one process there. */
export function openFakeHost(): FakeHost {
  return new FakeHost(new FakeMachine());
}
