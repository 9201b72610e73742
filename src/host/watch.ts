import { watch } from "node:fs";
import { EventQueue } from "./event-queue.ts";
import { systemCall, toHostError } from "./system-call.ts";

/**
 * Watches a directory (inotify) from the moment of the call, so whoever looks at the directory afterwards misses nothing.
 *
 * Equal names that nobody took yet are merged. The loop ends when the signal aborts.
 *
 * @throws HostError ENOENT, or ENOSPC when the user's inotify watches are used up
 */
export function watchDirectory(directory: string, signal: AbortSignal): AsyncIterable<string> {
  const stop = () => {
    signal.removeEventListener("abort", stop);
    watcher.close();
    queue.end();
  };
  const queue = new EventQueue<string>({ onReturn: () => stop() });
  const watcher = systemCall("inotify_add_watch", directory, () =>
    watch(directory, (_event, name) => {
      const changed = name ?? "";
      if (!queue.pending.includes(changed)) queue.push(changed);
    }),
  );
  watcher.on("error", (error) => {
    queue.fail(toHostError(error, "inotify", directory));
    stop();
  });
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
  return queue;
}
