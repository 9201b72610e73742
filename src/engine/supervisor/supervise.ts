import { dirname } from "node:path";
import type { Abortable } from "../../base/abortable.ts";
import { hasCode } from "../../base/errors.ts";
import { Changes } from "../changes.ts";
import { cleanupContainer } from "../containers/cleanup.ts";
import type { EngineDeps } from "../deps.ts";
import { runCheck } from "../health/check.ts";
import { removePodById } from "../pods/remove.ts";
import { readAgenda, type Task } from "./agenda.ts";
import { Jobs } from "./jobs.ts";

/** Milliseconds without work after which it leaves: a restart or a new pod often follows at once. */
const LINGER_MS = 500;

/** Milliseconds between looks at the world when nothing was announced and nothing is due. */
const SAFETY_MS = 10_000;

/** Milliseconds that a starting supervisor waits for the lock: a command that looks holds it for an instant. */
const LOCK_WAIT_MS = 1000;

/**
 * Runs as this root's supervisor until there is nothing left to do. It keeps nothing in memory that it cannot read again, so it
 * may be killed at any moment. Returns at once where another process is the supervisor.
 *
 * It lets go of the lock before it looks for the last time: whoever found the lock held had written down before what is due.
 */
export async function supervise(deps: EngineDeps, options: Abortable = {}): Promise<void> {
  const { host, supervisor, paths } = deps;
  host.files.makeDir(paths.supervisor, 0o700);
  for (;;) {
    const lock = await takeLock(deps, options);
    if (lock === undefined) return;
    try {
      await work(deps, options);
      host.files.remove(supervisor.markPath);
    } finally {
      lock[Symbol.dispose]();
    }
    if (options.signal?.aborted === true || readAgenda(deps).length === 0) return;
  }
}

async function takeLock(deps: EngineDeps, options: Abortable): Promise<Disposable | undefined> {
  const enough = new AbortController();
  const signal = options.signal === undefined ? enough.signal : AbortSignal.any([enough.signal, options.signal]);
  const patience = deps.host.clock.sleep(LOCK_WAIT_MS, { signal }).then(
    () => enough.abort(),
    () => undefined,
  );
  try {
    return await deps.host.locks.acquire(deps.supervisor.lockPath, { signal });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    enough.abort();
    await patience;
  }
}

async function work(deps: EngineDeps, options: Abortable): Promise<void> {
  const { clock, files } = deps.host;
  const jobs = new Jobs(() => clock.monotonic());
  using changes = new Changes(deps, [deps.paths.supervisor, dirname(deps.paths.bundle("x"))]);
  let idleSince: number | undefined;
  let marked = false;
  try {
    for (;;) {
      const agenda = readAgenda(deps);
      const now = clock.now();
      for (const task of agenda) startIfDue(deps, task, { now, jobs, changes, ...options });
      if (agenda.length === 0 && !jobs.busy) {
        idleSince ??= clock.monotonic();
        if (clock.monotonic() - idleSince >= LINGER_MS) return;
        await changes.next(LINGER_MS, options);
        continue;
      }
      idleSince = undefined;
      if (!marked) files.writeAtomic(deps.supervisor.markPath, String(deps.host.processes.self));
      marked = true;
      await changes.next(pauseUntilNext(agenda, { now: clock.now(), jobs }), options);
    }
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
  } finally {
    await jobs.settled();
  }
}

function pauseUntilNext(agenda: readonly Task[], moment: { readonly now: number; readonly jobs: Jobs }): number {
  const { now, jobs } = moment;
  const waits = agenda
    .filter((task) => !jobs.isRunning(task.key))
    .map((task) => Math.max(task.at - now, jobs.holdOff(task.key)));
  return Math.max(0, Math.min(SAFETY_MS, ...waits));
}

interface Round extends Abortable {
  readonly now: number;
  readonly jobs: Jobs;
  readonly changes: Changes;
}

function startIfDue(deps: EngineDeps, task: Task, round: Round): void {
  const { jobs, now } = round;
  if (task.does === "watch-owner" || task.at > now) return;
  if (jobs.isRunning(task.key) || jobs.holdOff(task.key) > 0) return;
  const signal = round.signal === undefined ? {} : { signal: round.signal };
  jobs.start(
    task.key,
    () => perform(deps, task, signal),
    () => round.changes.notify(),
  );
}

async function perform(deps: EngineDeps, task: Task, options: Abortable): Promise<void> {
  switch (task.does) {
    case "probe":
      await runCheck(deps, task.id, { ...options, kind: task.kind });
      return;
    case "restart":
      return cleanupContainer(deps, task.id, { ...options, stoppedOnly: true, restartDue: true });
    case "record-exit":
      return cleanupContainer(deps, task.id, { ...options, stoppedOnly: true });
    case "remove-pod":
      try {
        // As when the owner leaves the scope of its pod.
        await removePodById(deps, task.pod, { ...options, force: true, timeout: 0 });
      } catch (error) {
        if (!hasCode(error, "NO_SUCH_POD")) throw error;
      }
      return;
    case "watch-owner":
      return;
  }
}
