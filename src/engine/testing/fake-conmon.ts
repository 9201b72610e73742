import { join } from "node:path";
import type { FakeHost } from "../../host/fakes/open.ts";
import type { FakeEnding, FakeProcess } from "../../host/fakes/process-table.ts";
import type { Invocation } from "../../host/fakes/programs.ts";
import type { FakePeer } from "../../host/fakes/sockets.ts";
import { CONTAINER_PROGRAMS } from "./container-programs.ts";
import type { ContainerStreams, FakeRuntime } from "./fake-runtime.ts";

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGUSR1: 10, SIGTERM: 15 };
const STREAM_BYTE = { stdout: 2, stderr: 3 } as const;
const MAX_DATA = 8192;
/** Between the end of a process and the exit file, so that nobody relies on a monitor that is there at once. */
const REACTION_MS = 5;

export interface ConmonDeps {
  readonly host: FakeHost;
  readonly runtime: FakeRuntime;
  /** Runs the exit command to its end. */
  readonly runCommand: (argv: readonly string[]) => Promise<void>;
  /** Counts what is under way, so that a test can wait until the machine is quiet. */
  readonly busy: (change: 1 | -1) => void;
}

/** conmon's command line, by flag; repeated ones in order. */
class Flags {
  readonly #values = new Map<string, string[]>();

  constructor(args: readonly string[]) {
    const alone = ["--api-version", "--full-attach", "--no-sync-log", "-t", "-i", "-s", "-e", "--exec-attach"];
    const words = args[Symbol.iterator]();
    for (const flag of words) {
      const value = alone.includes(flag) ? "" : String(words.next().value);
      this.#values.set(flag, [...(this.#values.get(flag) ?? []), value]);
    }
  }

  has(flag: string): boolean {
    return this.#values.has(flag);
  }

  one(flag: string): string {
    return this.#values.get(flag)?.[0] ?? "";
  }

  all(flag: string): readonly string[] {
    return this.#values.get(flag) ?? [];
  }
}

/** Attach clients of one container or session, and what it logs. */
class Streams implements ContainerStreams {
  readonly #peers = new Set<FakePeer>();
  readonly #inputs: ((chunk: Uint8Array | undefined) => void)[] = [];
  readonly #log: (text: string, stream: "stdout" | "stderr") => void;
  readonly #takesInput: boolean;

  constructor(log: (text: string, stream: "stdout" | "stderr") => void, takesInput: boolean) {
    this.#log = log;
    this.#takesInput = takesInput;
  }

  connect(peer: FakePeer): void {
    this.#peers.add(peer);
    void this.#follow(peer);
  }

  async #follow(peer: FakePeer): Promise<void> {
    for await (const chunk of peer.messages) this.#input(chunk);
    if (this.#takesInput) this.#input(undefined);
  }

  #input(chunk: Uint8Array | undefined): void {
    for (const listener of this.#inputs) listener(chunk);
  }

  onInput(listener: (chunk: Uint8Array | undefined) => void): void {
    this.#inputs.push(listener);
  }

  write(text: string, stream: "stdout" | "stderr"): void {
    this.#log(text, stream);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += MAX_DATA)
      for (const peer of this.#peers)
        peer.send(Buffer.concat([Uint8Array.of(STREAM_BYTE[stream]), bytes.subarray(at, at + MAX_DATA)]));
  }

  close(): void {
    for (const peer of this.#peers) peer.close();
  }
}

/** The program `conmon` as spec/components.md 1 describes it. */
export async function fakeConmon(deps: ConmonDeps, it: Invocation): Promise<number> {
  const flags = new Flags(it.args);
  await nextByte(it);
  if (flags.has("-e")) return runExec(deps, it, flags);
  const child = it.fork(it.process.start.argv, async (self) => monitor(deps, it, { flags, self }));
  deps.host.files.writeAtomic(flags.one("-P"), String(child.pid));
  return 0;
}

interface Monitor {
  readonly flags: Flags;
  readonly self: FakeProcess;
}

/** Bytes and the end of the start pipe release conmon alike. */
async function nextByte(it: Invocation): Promise<void> {
  const iterator = it.fd(4)?.data[Symbol.asyncIterator]();
  await iterator?.next();
}

/** True once the engine has closed its end. */
function closedByParent(it: Invocation): () => boolean {
  let closed = false;
  const watch = async () => {
    for await (const _ of it.fd(3)?.data ?? []);
    closed = true;
  };
  void watch();
  return () => closed;
}

async function monitor(deps: ConmonDeps, it: Invocation, { flags, self }: Monitor): Promise<number> {
  deps.busy(1);
  const leaver = closedByParent(it);
  const { host } = deps;
  const id = flags.one("-c");
  const streams = new Streams(logWriter(host, flags.one("-l")), flags.has("-i"));
  const attach = join(flags.one("-b"), "attach");
  host.files.remove(attach);
  const listening = host.sockets.listen(attach, (peer) => streams.connect(peer));
  const finish = async (code: number) => {
    streams.close();
    listening[Symbol.dispose]();
    host.files.remove(attach);
    await exitCommand(deps, flags);
    deps.busy(-1);
    return code;
  };
  let init: FakeProcess;
  try {
    const root = flags.all("--runtime-arg")[flags.all("--runtime-arg").indexOf("--root") + 1] ?? "";
    init = deps.runtime.create(id, { root, bundle: flags.one("-b"), monitor: self.pid, streams });
  } catch (error) {
    it.fd(3)?.write(`${JSON.stringify({ data: -1, message: error instanceof Error ? error.message : "" })}\n`);
    return finish(1);
  }
  host.files.writeAtomic(flags.one("-p"), String(init.pid));
  await Promise.resolve();
  if (leaver()) return finish(1);
  it.fd(3)?.write(`${JSON.stringify({ data: init.pid })}\n`);
  deps.busy(-1);
  const ending = await init.exited;
  deps.busy(1);
  await host.clock.sleep(REACTION_MS);
  if (!self.alive) {
    deps.busy(-1);
    return 0;
  }
  for (const fd of it.inherited.values()) host.kernel.closeDescriptor(fd);
  writeExit(host, join(flags.one("--exit-dir"), id), ending);
  return finish(0);
}

/** Nothing is there any more if the container was removed under conmon. */
function writeExit(host: FakeHost, path: string, ending: FakeEnding): void {
  try {
    host.files.writeAtomic(path, String(codeOf(ending)));
  } catch {
    // The directory is gone.
  }
}

function codeOf(ending: FakeEnding): number {
  return "code" in ending ? ending.code : 128 + (SIGNALS[ending.signal] ?? 0);
}

async function exitCommand(deps: ConmonDeps, flags: Flags): Promise<void> {
  if (flags.has("--exit-command"))
    await deps.runCommand([flags.one("--exit-command"), ...flags.all("--exit-command-arg")]);
}

function logWriter(host: FakeHost, target: string): (text: string, stream: "stdout" | "stderr") => void {
  if (!target.startsWith("k8s-file:")) return () => {};
  const path = target.slice("k8s-file:".length);
  host.files.append(path, "", { mode: 0o600 });
  return (text, stream) => {
    const lines = text.split("\n");
    const rest = lines.pop() ?? "";
    const time = new Date(host.clock.now()).toISOString();
    for (const line of lines) host.files.append(path, `${time} ${stream} F ${line}\n`);
    if (rest !== "") host.files.append(path, `${time} ${stream} P ${rest}\n`);
  };
}

async function runExec(deps: ConmonDeps, it: Invocation, flags: Flags): Promise<number> {
  deps.busy(1);
  const { host, runtime } = deps;
  const id = flags.one("-c");
  const streams = new Streams(() => {}, flags.has("-i"));
  const attach = join(flags.one("-b"), "attach");
  const listening = host.sockets.listen(attach, (peer) => streams.connect(peer));
  if (flags.has("--exec-attach")) it.fd(5)?.write('{"data": 0}\n');
  await nextByte(it);
  const say = (message: object) => it.fd(3)?.write(`${JSON.stringify(message)}\n`);
  try {
    const { args } = JSON.parse(host.files.readText(flags.one("--exec-process-spec"))) as { args: string[] };
    const child = runtime.exec(id, { argv: args, parent: it.process.pid, streams });
    say({ data: child.pid });
    await Promise.resolve();
    if (CONTAINER_PROGRAMS[args[0] ?? ""] !== undefined) runtime.run(id, child, streams);
    deps.busy(-1);
    const ending = await child.exited;
    deps.busy(1);
    await host.clock.sleep(REACTION_MS);
    writeExit(host, join(flags.one("--exit-dir"), id), ending);
    say({ data: codeOf(ending) });
    streams.close();
    listening[Symbol.dispose]();
    host.files.remove(attach);
  } catch (error) {
    say({ data: -1, message: error instanceof Error ? error.message : "" });
    streams.close();
    listening[Symbol.dispose]();
  }
  await exitCommand(deps, flags);
  deps.busy(-1);
  return 0;
}
