import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { Conmon } from "../../drivers/conmon/driver.ts";
import type { MessageSocket } from "../../host/ports.ts";
import type { AttachEnd, Stdio } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { DetachScanner } from "./detach-keys.ts";
import { withContainer } from "./locked.ts";
import { waitContainer } from "./wait.ts";

/** conmon cuts longer messages without a word (spec/components.md 1.5). */
const CHUNK = 8192;
const STDOUT = 2;
const STDERR = 3;

/**
 * Carries bytes between a process and the caller until the process's side closes or the caller types the detach keys. All
 * output has been handed over when it resolves.
 *
 * @returns true if the caller detached
 */
export async function pump(socket: MessageSocket, stdio: Stdio, options: Abortable = {}): Promise<boolean> {
  const detached = Promise.withResolvers<true>();
  const stopInput = new AbortController();
  void feed(socket, stdio, { signal: stopInput.signal }).then(
    (byUser) => {
      if (byUser) detached.resolve(true);
    },
    // The process may end while we write: the output side tells the end.
    () => undefined,
  );
  try {
    return await Promise.race([
      drain(socket, stdio).then(() => false as const),
      detached.promise,
      aborted(options.signal),
    ]);
  } finally {
    stopInput.abort();
  }
}

async function drain(socket: MessageSocket, stdio: Stdio): Promise<void> {
  for await (const message of socket.messages) {
    const stream = message[0];
    const bytes = message.subarray(1);
    if (bytes.length === 0) continue;
    if (stream === STDERR) await stdio.stderr(bytes);
    else if (stream === STDOUT) await stdio.stdout(bytes);
  }
}

async function feed(socket: MessageSocket, stdio: Stdio, options: Required<Abortable>): Promise<boolean> {
  if (stdio.stdin === undefined) return false;
  const scanner = new DetachScanner(stdio.detachKeys ?? Uint8Array.of(0x10, 0x11));
  const iterator = stdio.stdin[Symbol.asyncIterator]();
  const stopped = aborted(options.signal).catch(() => "stopped" as const);
  for (;;) {
    const next = await Promise.race([iterator.next(), stopped]);
    if (next === "stopped") return false;
    if (next.done === true) break;
    const { pass, detach } = scanner.scan(next.value);
    for (let at = 0; at < pass.length; at += CHUNK) await socket.send(pass.subarray(at, at + CHUNK));
    if (detach) return true;
  }
  socket.endInput();
  return false;
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  if (signal?.aborted === true) reject(signal.reason);
  else signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

/** Sends terminal sizes to conmon until the iterable ends. */
export async function followResizes(conmon: Conmon, bundle: string, stdio: Stdio): Promise<void> {
  if (stdio.resizes === undefined) return;
  for await (const size of stdio.resizes) conmon.resize(bundle, size);
}

/**
 * Attaches to a running container.
 *
 * @throws NOT_RUNNING unless it is created by the runtime or running
 */
export async function attachContainer(
  deps: EngineDeps,
  id: ContainerId,
  io: Abortable & { readonly stdio: Stdio },
): Promise<AttachEnd> {
  await withContainer(
    deps,
    id,
    async (container) => {
      if (container.status !== "running" && container.status !== "initialized")
        throw fail("NOT_RUNNING", { message: "you can only attach to running containers" });
      await container.emit("attach");
    },
    io,
  );
  const bundle = deps.paths.bundle(id);
  await using socket = await deps.conmon().connect(bundle, io);
  void followResizes(deps.conmon(), bundle, io.stdio).catch(() => undefined);
  return finish(deps, id, { ...io, detached: await pump(socket, io.stdio, io) });
}

/** The end of an attached session: detached, or the container's exit code. */
export async function finish(
  deps: EngineDeps,
  id: ContainerId,
  end: Abortable & { readonly detached: boolean },
): Promise<AttachEnd> {
  if (end.detached) return { reason: "detached" };
  return {
    reason: "ended",
    exitCode: await waitContainer(deps, id, end.signal === undefined ? {} : { signal: end.signal }),
  };
}
