import type { FakeKernel } from "../../host/fakes/kernel.ts";
import { type FakeHost, openFakeHost } from "../../host/fakes/open.ts";
import type { FakeEnding } from "../../host/fakes/process-table.ts";
import type { ContainerCreateOptions } from "../api/container-options.ts";
import type { Engine } from "../api/engine.ts";
// Loaded beforehand: an engine loads its verbs at their first call, and the fake clock must not run on meanwhile.
import "../containers/facade.ts";
import type { EngineOptions } from "../open.ts";
import { openEngineOn } from "../open.ts";
import "../pods/facade.ts";
import "../volumes/facade.ts";
import { fakeConmon } from "./fake-conmon.ts";
import { fakeNetavark } from "./fake-netavark.ts";
import { FakeRuntime } from "./fake-runtime.ts";
import { leaksSince, type Snapshot, takeStock } from "./leaks.ts";
import { MortalHost } from "./mortal-host.ts";
import { letTimePass, turn } from "./virtual-time.ts";

const ROOTFS = "/rootfs";
const SELF = "/usr/bin/minke";

export interface FakeEngineOptions extends EngineOptions {
  /** Prepares the machine before the engine opens. */
  readonly prepare?: (host: FakeHost) => void;
}

/** An engine whose process can be killed. */
export interface MortalEngine {
  readonly engine: Engine;
  readonly life: MortalHost;
}

/** A whole engine on a machine in memory. */
export interface FakeEngine extends AsyncDisposable {
  readonly engine: Engine;
  readonly host: FakeHost;
  readonly kernel: FakeKernel;
  readonly runtime: FakeRuntime;
  /** Options of a container that runs one of `CONTAINER_PROGRAMS` in a root file system without an image. */
  program(command: readonly string[], options?: ContainerCreateOptions): ContainerCreateOptions;
  /** Opens one more engine in a process of its own on the same machine. */
  another(): MortalEngine;
  /** Ends the init process of a container. */
  endInit(ref: string, ending: FakeEnding): Promise<void>;
  /** Kills the monitor of a container: nobody will record its end. */
  killMonitor(ref: string): Promise<void>;
  /** Waits until no monitor and no exit command is at work. */
  settle(): Promise<void>;
  /** Lines about what is left on the machine, after everything has been removed, and about exit commands that failed. */
  leaks(): Promise<readonly string[]>;
}

/** Opens an engine on a machine in memory with conmon, crun and netavark, where time passes only by waiting. */
export function openFakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const { prepare, ...engineOptions } = options;
  const machine = new FakeMachineWithEngine(engineOptions);
  prepare?.(machine.host);
  return machine.open();
}

class FakeMachineWithEngine {
  readonly host: FakeHost = openFakeHost();
  readonly runtime: FakeRuntime;
  readonly #options: EngineOptions;
  readonly #time: Disposable;
  #busy = 0;
  #cleaner: Engine | undefined;
  readonly #failures: string[] = [];

  constructor(options: EngineOptions) {
    this.#options = options;
    this.runtime = new FakeRuntime(this.host);
    this.#time = letTimePass(this.host.clock);
    this.#listProcesses();
    this.#install();
  }

  /** /proc has a directory for each process. */
  #listProcesses(): void {
    const { table, kernel } = this.host;
    const { tree } = kernel;
    table.onStart.add(({ pid }) => tree.put("mkdir", `/proc/${pid}`, tree.make("directory", 0o555)));
    table.onExit.add(({ pid, state }) => {
      const place = tree.look("rmdir", `/proc/${pid}`, false);
      if (state === "gone" && place.node !== undefined) tree.detach("rmdir", place);
    });
  }

  #install(): void {
    const { host, runtime } = this;
    const { programs, files } = host;
    const busy = (change: 1 | -1) => {
      this.#busy += change;
    };
    const runCommand = (argv: readonly string[]) => this.#command(argv);
    programs.define("/usr/bin/conmon", (it) => fakeConmon({ host, runtime, runCommand, busy }, it));
    programs.define("/usr/bin/crun", (it) => runtime.program(it));
    programs.define("/usr/lib/podman/netavark", (it) => fakeNetavark(host, it));
    programs.define("/usr/bin/catatonit", () => 0);
    programs.define(SELF, () => 0);
    files.makeDir("/sys/class/net/lo");
    files.makeDir("/usr/share/containers");
    files.writeAtomic("/usr/share/containers/seccomp.json", '{"defaultAction":"SCMP_ACT_ALLOW"}');
    files.makeDir(`${ROOTFS}/etc`);
    files.writeAtomic(`${ROOTFS}/etc/passwd`, "root:x:0:0:root:/root:/bin/sh\n");
    files.writeAtomic(`${ROOTFS}/etc/group`, "root:x:0:\n");
  }

  /** What `minke container cleanup ...` does when conmon runs it, in another process than the engine under test. */
  async #command(argv: readonly string[]): Promise<void> {
    // One process serves all exit commands: opening a database for each would make up most of a test's time.
    this.#cleaner ??= this.process().engine;
    const has = (flag: string) => argv.includes(flag);
    const reports = await this.#cleaner.containers.cleanup(
      { refs: [argv.at(-1) ?? ""], ignoreMissing: true },
      {
        stoppedOnly: has("--stopped-only"),
        remove: has("--rm"),
        ...(has("--exec") ? { execSession: argv[argv.indexOf("--exec") + 1] ?? "" } : {}),
      },
    );
    for (const report of reports)
      if (!report.ok) this.#failures.push(`exit command of ${report.input}: ${report.error.message}`);
  }

  /** One more process with an engine. */
  process(): MortalEngine {
    const life = new MortalHost(this.host.another());
    return { life, engine: openEngineOn(life.host, { selfArgv: [SELF], ...this.#options }) };
  }

  async settle(): Promise<void> {
    do await turn();
    while (this.#busy > 0);
  }

  open(): FakeEngine {
    const { host, runtime } = this;
    const before: Snapshot = takeStock(host);
    const { engine, life } = this.process();
    const end = async (ref: string, which: "process" | "conmon", ending: FakeEnding) => {
      const id = await engine.containers.resolve(ref);
      const row = (await engine.containers.list({ all: true })).find((r) => r.config.id === id);
      host.table.get(row?.state?.[which]?.pid ?? 0)?.exit(ending);
      await this.settle();
    };
    return {
      engine,
      host,
      kernel: host.kernel,
      runtime,
      program: (command, more = {}) => ({ rootfs: ROOTFS, command, ...more }),
      another: () => this.process(),
      endInit: (ref, ending) => end(ref, "process", ending),
      killMonitor: (ref) => end(ref, "conmon", { signal: "SIGKILL" }),
      settle: () => this.settle(),
      leaks: async () => {
        await this.settle();
        return [...leaksSince(before, takeStock(host)), ...this.#failures.splice(0)];
      },
      [Symbol.asyncDispose]: async () => {
        await engine[Symbol.asyncDispose]();
        life.die();
        this.#time[Symbol.dispose]();
      },
    };
  }
}
