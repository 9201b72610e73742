import { join } from "node:path";
import { isHostError } from "../../base/host-error.ts";
import type { Host } from "../../host/ports.ts";

/** Variables that lead a program to the same configuration. */
const PASSED_ON = [
  "PATH",
  "HOME",
  "TMPDIR",
  "TZ",
  "XDG_RUNTIME_DIR",
  "CONTAINERS_CONF",
  "CONTAINERS_CONF_OVERRIDE",
  "CONTAINERS_REGISTRIES_CONF",
];

/** Where conmon lives, too: outside of the session that a command was given in. */
const CGROUP = "/minke_parent/conmon";

/** Milliseconds between two looks whether a supervisor died. */
const REVIVE_EVERY_MS = 1000;

export interface GateDeps {
  readonly host: Host;
  /** Directory of the supervisor's files, on tmpfs. */
  readonly directory: string;
  /** argv of the CLI with the options that lead to this engine root. */
  readonly selfArgv: readonly string[];
  /** Does this engine put processes into cgroups of its own? */
  readonly movesProcesses: () => boolean;
}

/**
 * The way to this root's supervisor: the process that does what is due after a command has left. It holds a lock while it
 * lives, so whether it lives is a question to the kernel. All that it has to know is in the store and in boot-scoped files.
 */
export class SupervisorGate {
  readonly lockPath: string;
  /** There while a supervisor has something to do; left behind only by one that was killed. */
  readonly markPath: string;
  readonly #deps: GateDeps;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: GateDeps) {
    this.#deps = deps;
    this.lockPath = join(deps.directory, "lock");
    this.markPath = join(deps.directory, "busy");
  }

  /** Something new is due: wakes the supervisor, or starts one. Call it after the change is on record. */
  needed(): void {
    const { files } = this.#deps.host;
    files.makeDir(this.#deps.directory, 0o700);
    files.writeAtomic(join(this.#deps.directory, "poke"), "");
    this.#startUnlessRunning();
  }

  /** Starts a supervisor in the place of one that was killed. One look at a file when nothing is the matter. */
  revive(): void {
    const now = this.#deps.host.clock.monotonic();
    if (now - this.#lookedAt < REVIVE_EVERY_MS) return;
    this.#lookedAt = now;
    if (this.#deps.host.inodes.lstat(this.markPath) !== undefined) this.#startUnlessRunning();
  }

  #startUnlessRunning(): void {
    // Shared, so that two commands do not take each other for the supervisor.
    const free = this.#deps.host.locks.tryAcquire(this.lockPath, { shared: true });
    if (free === undefined) return;
    free[Symbol.dispose]();
    this.#start();
  }

  #start(): void {
    const { host, selfArgv } = this.#deps;
    const [program, ...args] = selfArgv;
    if (program === undefined) return;
    const env = Object.fromEntries(
      PASSED_ON.flatMap((name) => (host.system.env[name] === undefined ? [] : [[name, host.system.env[name]]])),
    );
    try {
      const child = host.processes.spawn(program, [...args, "system", "supervise"], {
        env,
        cwd: "/",
        stdio: ["ignore", "ignore", "ignore"],
        detached: true,
      });
      this.#moveAway(child.pid);
      child.unref();
    } catch (error) {
      // The next command tries again; the work of this one is done.
      if (!isHostError(error)) throw error;
    }
  }

  #moveAway(pid: number): void {
    const { cgroups } = this.#deps.host;
    try {
      if (!this.#deps.movesProcesses()) return;
      if (!cgroups.exists(CGROUP)) cgroups.create(CGROUP);
      cgroups.attach(CGROUP, pid);
    } catch {
      // A host that keeps its cgroups to itself: it works where it is.
    }
  }
}
