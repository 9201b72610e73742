/** A store in a directory of its own, on the real host. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHost } from "../../src/host/open.ts";
import type { Host } from "../../src/host/ports.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/repositories.ts";

const host = await openHost();

export class TemporaryStore implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), "minke-store-"));
  readonly root = join(this.directory, "root");
  readonly runRoot = join(this.directory, "run");
  readonly path = join(this.root, "minke.db");
  readonly host: Host = host;
  readonly #open: Store[] = [];

  /** Another handle, as another process has one. `bootId` tells in which boot that is. */
  open(options: { readonly bootId?: string; readonly nowMs?: () => number } = {}): Store {
    const { nowMs } = options;
    const clock = nowMs ? { ...host.clock, now: nowMs, nowNs: () => BigInt(nowMs()) * 1_000_000n } : host.clock;
    const { databases, files, locks } = host;
    const system = { bootId: options.bootId ?? "boot-1" };
    const store = openStore({ databases, files, clock, locks, system }, { root: this.root, runRoot: this.runRoot });
    this.#open.push(store);
    return store;
  }

  [Symbol.dispose](): void {
    for (const store of this.#open) store[Symbol.dispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
