import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineCli } from "./engine-cli.ts";
import type { TestImage } from "./images.ts";
import { bridgesOf, findLeaks, sweep, type Traces } from "./leaks.ts";
import { openPodman } from "./podman.ts";

const MINKE = join(import.meta.dirname, "../../dist/minke");
/** Time for monitors and their clean-up commands to end after the last container is gone; only a guard against hangs. */
const SETTLE_MS = 20_000;

export interface SandboxOptions {
  /** Images to import under their own names; default busybox. */
  readonly images?: readonly TestImage[];
  /** Text of the sandbox's containers.conf. */
  readonly config?: string;
}

/**
 * One minke with its own root and run root. Leaving the scope removes everything in it and then checks that nothing is
 * left on the host.
 */
export class Sandbox extends EngineCli {
  constructor(directory: string, config: string) {
    super(directory, [MINKE, "--root", join(directory, "root"), "--runroot", join(directory, "run")], config);
  }

  /** Ids of what ever existed here, from the event log, and the bridges in use. */
  async #traces(): Promise<Traces> {
    const events = await this.run(["events", "--stream=false", "--since", "0", "--format", "json"]);
    return {
      directory: this.directory,
      ids: [...new Set(events.stdout.match(/\b[0-9a-f]{64}\b/g) ?? [])],
      bridges: bridgesOf(this.directory),
    };
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    const problems = await this.removeAll();
    const traces = await this.#traces();
    const end = Date.now() + SETTLE_MS;
    let leaks = findLeaks(traces);
    while (leaks.length > 0 && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      leaks = findLeaks(traces);
    }
    if (leaks.length > 0) sweep(traces);
    try {
      rmSync(this.directory, { recursive: true, force: true });
    } catch (error) {
      problems.push(`${this.directory} cannot be removed: ${String(error)}`);
    }
    problems.push(...leaks.map((leak) => `left behind: ${leak}`));
    if (problems.length > 0) throw new Error(`leak check of ${this.directory}:\n${problems.join("\n")}`);
  }
}

/**
 * Makes a sandbox with the wanted images in it: `await using minke = await openSandbox()`.
 *
 * With `MINKE_TEST_AGAINST=podman` in the environment the same scenario runs on podman instead, to see whether what a
 * test expects is what podman does.
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<EngineCli> {
  const images = options.images ?? ["busybox"];
  if (process.env["MINKE_TEST_AGAINST"] === "podman") return await openPodman({ images });
  const directory = mkdtempSync(join(tmpdir(), "minke-test-"));
  try {
    const sandbox = new Sandbox(directory, options.config ?? "");
    for (const image of images) await sandbox.import(image);
    return sandbox;
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}
