import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, openEngine } from "minke";
import { imageTar } from "../support/images.ts";
import { bridgesOf, findLeaks, sweep, type Traces } from "../support/leaks.ts";
import { until } from "../support/wait.ts";

/** An engine with roots of its own and the busybox image; leaving the scope removes all of it and checks for leaks. */
export interface EngineFixture extends AsyncDisposable {
  readonly engine: Engine;
  readonly directory: string;
}

/** Opens the published library on temporary roots. */
export async function openFixture(): Promise<EngineFixture> {
  const directory = mkdtempSync(join(tmpdir(), "minke-library-"));
  const engine = await openEngine({ root: join(directory, "root"), runRoot: join(directory, "run") });
  await engine.images.import(imageTar("busybox"), { reference: "busybox", changes: ['CMD ["sh"]', "ENV PATH=/bin"] });
  return {
    engine,
    directory,
    [Symbol.asyncDispose]: async () => {
      await engine.pods.remove({ all: true }, { force: true, timeout: 0 });
      await engine.containers.remove({ all: true }, { force: true, timeout: 0 });
      const traces = await tracesOf(engine, directory);
      await engine[Symbol.asyncDispose]();
      await until("nothing of the fixture is left", () => findLeaks(traces).length === 0).catch(() => undefined);
      const leaks = findLeaks(traces);
      if (leaks.length > 0) sweep(traces);
      rmSync(directory, { recursive: true, force: true });
      if (leaks.length > 0) throw new Error(`left behind: ${leaks.join(", ")}`);
    },
  };
}

async function tracesOf(engine: Engine, directory: string): Promise<Traces> {
  const ids: string[] = [];
  for await (const event of engine.events()) if ("id" in event) ids.push(event.id);
  return { directory, ids, bridges: bridgesOf(directory) };
}
