import { join } from "node:path";
import type { FakeHost } from "../../host/fakes/open.ts";
import type { FakeProcess } from "../../host/fakes/process-table.ts";
import type { Invocation } from "../../host/fakes/programs.ts";
import { CONTAINER_PROGRAMS, type ContainerSelf } from "./container-programs.ts";

/** The part of config.json that the fake runtime looks at. */
interface BundleConfig {
  readonly process: { readonly args: readonly string[] };
  readonly linux: { readonly cgroupsPath?: string };
}

/** Where a container's output goes and its input comes from; conmon's side. */
export interface ContainerStreams {
  readonly write: (text: string, stream: "stdout" | "stderr") => void;
  readonly onInput: (listener: (chunk: Uint8Array | undefined) => void) => void;
}

/** A container that went through OCI create. */
interface RuntimeContainer {
  readonly directory: string;
  readonly cgroup: string | undefined;
  readonly argv: readonly string[];
  readonly init: FakeProcess;
  readonly others: Set<FakeProcess>;
  readonly streams: ContainerStreams;
}

export interface ProcessStart {
  readonly argv: readonly string[];
  readonly parent: number;
  readonly streams: ContainerStreams;
}

/** What crun says and does, as far as the engine can tell (spec/components.md 3). */
export class FakeRuntime {
  readonly #host: FakeHost;
  readonly #containers = new Map<string, RuntimeContainer>();
  readonly #heldBack = new Map<number, number[]>();

  constructor(host: FakeHost) {
    this.#host = host;
    this.#deliverAfterThaw();
  }

  /** OCI create: an init process that waits for `start`. Throws an Error with crun's text. */
  create(id: string, how: { root: string; bundle: string; monitor: number; streams: ContainerStreams }): FakeProcess {
    const { table, cgroups, files } = this.#host;
    const directory = join(how.root, id);
    if (this.#host.inodes.lstat(directory) !== undefined) throw new Error(`container \`${id}\` already exists`);
    const config = JSON.parse(files.readText(join(how.bundle, "config.json"))) as BundleConfig;
    const argv = config.process.args;
    const program = argv[0] ?? "";
    if (CONTAINER_PROGRAMS[program] === undefined)
      throw new Error(`executable file \`${program}\` not found in $PATH: No such file or directory`);
    if (program === "refuse-create") throw new Error("the runtime refuses to create");
    const init = table.start({ parent: how.monitor, argv });
    init.onSignal = () => true;
    const cgroup = config.linux.cgroupsPath;
    if (cgroup !== undefined) {
      cgroups.create(cgroup);
      cgroups.attach(cgroup, init.pid);
    }
    files.makeDir(directory);
    files.writeAtomic(join(directory, "status"), JSON.stringify({ pid: init.pid }));
    const container = { directory, cgroup, argv, init, others: new Set<FakeProcess>(), streams: how.streams };
    this.#containers.set(id, container);
    const fifo = this.#awaitStart(id, container, join(directory, "exec.fifo"));
    void init.exited.then(() => {
      fifo[Symbol.dispose]();
      for (const other of container.others) other.exit({ signal: "SIGKILL" });
    });
    return init;
  }

  /** The init process reads one byte from its FIFO before it becomes the program. */
  #awaitStart(id: string, container: RuntimeContainer, fifo: string): Disposable {
    // Later, and not in the writer's own call: what the program does is not the engine's doing.
    const reading = this.#host.readFifo(fifo, () =>
      queueMicrotask(() => this.run(id, container.init, container.streams)),
    );
    if (container.argv[0] === "refuse-start") reading[Symbol.dispose]();
    return reading;
  }

  /** One more process in a container. Throws an Error with crun's text. */
  exec(id: string, start: ProcessStart): FakeProcess {
    const container = this.#find(id);
    const program = start.argv[0] ?? "";
    if (!container.init.alive) throw new Error(`the container \`${id}\` is not running`);
    if (CONTAINER_PROGRAMS[program] === undefined)
      throw new Error(`executable file \`${program}\` not found in $PATH: No such file or directory`);
    const child = this.#host.table.start({ parent: start.parent, argv: start.argv });
    container.others.add(child);
    void child.exited.then(() => container.others.delete(child));
    if (container.cgroup !== undefined) this.#host.cgroups.attach(container.cgroup, child.pid);
    return child;
  }

  /** Lets a process run its program; a frozen one gets its signals later. */
  run(id: string, child: FakeProcess, streams: ContainerStreams): void {
    if (!child.alive) return;
    const { argv } = child.start;
    const self: ContainerSelf = {
      argv,
      process: child,
      print: (text, stream = "stdout") => streams.write(text, stream),
      onInput: (listener) => streams.onInput(listener),
    };
    child.onSignal = () => false;
    CONTAINER_PROGRAMS[argv[0] ?? ""]?.(self);
    const handler = child.onSignal;
    const { cgroup } = this.#find(id);
    child.onSignal = (signal) => {
      if (cgroup === undefined || this.#host.cgroups.frozen(cgroup) !== true) return handler(signal);
      this.#heldBack.set(child.pid, [...(this.#heldBack.get(child.pid) ?? []), signal]);
      return true;
    };
  }

  /** The program `crun`. */
  program(invocation: Invocation): number {
    const { root, verb, rest } = parse(invocation.args);
    try {
      return this.#do(verb, rest, root);
    } catch (error) {
      invocation.stderr(`${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    }
  }

  #do(verb: string, rest: readonly string[], root: string): number {
    const id = rest.filter((word) => !word.startsWith("--"))[0] ?? "";
    switch (verb) {
      case "start":
        return this.#start(id, root);
      case "delete":
        return this.#delete(id, root, rest.includes("--force"));
      case "kill":
        this.#find(id, root).init.signal(Number(rest.at(-1)));
        return 0;
      default:
        throw new Error(`unknown command ${verb}`);
    }
  }

  #start(id: string, root: string): number {
    const container = this.#find(id, root);
    const fifo = join(container.directory, "exec.fifo");
    if (!container.init.alive || this.#host.inodes.lstat(fifo) === undefined)
      throw new Error(`cannot start container \`${id}\`: it is not in the \`created\` state`);
    if (container.argv[0] === "refuse-start") throw new Error("the runtime refuses to start");
    this.#host.files.remove(fifo);
    this.run(id, container.init, container.streams);
    return 0;
  }

  #delete(id: string, root: string, force: boolean): number {
    if (force && this.#host.inodes.lstat(join(root, id)) === undefined) return 0;
    const { init, cgroup, directory, others } = this.#find(id, root);
    const isCreated = this.#host.inodes.lstat(join(directory, "exec.fifo")) !== undefined;
    if (init.alive && !force && !isCreated)
      throw new Error(`cannot delete container \`${id}\`: it is not in \`created\` or \`stopped\` state`);
    for (const each of [init, ...others]) each.exit({ signal: "SIGKILL" });
    if (cgroup !== undefined) this.#host.cgroups.remove(cgroup);
    this.#host.files.removeTree(directory);
    this.#containers.delete(id);
    return 0;
  }

  #find(id: string, root?: string): RuntimeContainer {
    const found = this.#containers.get(id);
    // The record is the runtime's directory: whoever removes that has deleted the container.
    if (found !== undefined && this.#host.inodes.lstat(found.directory) !== undefined) return found;
    throw new Error(`error opening file \`${join(root ?? "", id)}/status\`: No such file or directory`);
  }

  #deliverAfterThaw(): void {
    const { cgroups, table } = this.#host;
    const original = cgroups.setFrozen.bind(cgroups);
    cgroups.setFrozen = async (path, frozen, options) => {
      await original(path, frozen, options);
      if (frozen) return;
      for (const pid of cgroups.processes(path)) {
        const signals = this.#heldBack.get(pid) ?? [];
        this.#heldBack.delete(pid);
        for (const signal of signals) table.get(pid)?.signal(signal);
      }
    };
  }
}

const WITH_VALUE = ["--root", "--log", "--log-format"];

function parse(args: readonly string[]): { root: string; verb: string; rest: readonly string[] } {
  let at = 0;
  let root = "";
  while (args[at]?.startsWith("--") === true) {
    if (args[at] === "--root") root = args[at + 1] ?? "";
    at += WITH_VALUE.includes(args[at] ?? "") ? 2 : 1;
  }
  return { root, verb: args[at] ?? "", rest: args.slice(at + 1) };
}
