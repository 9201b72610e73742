import { join } from "node:path";
import { fail, messageOf } from "../base/errors.ts";
import { isHostError } from "../base/host-error.ts";
import type { Files } from "../host/ports.ts";
import type { BootState } from "../model/container-state.ts";
import type { BootStates } from "./repositories.ts";

const DIRECTORY_MODE = 0o700;

/** Boot-scoped facts in `<runRoot>/containers/<id>/state.json`, replaced atomically. */
export class FileBootStates implements BootStates {
  readonly #files: Files;
  readonly #directory: string;

  /** @param directory `<runRoot>/containers` */
  constructor(files: Files, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  get(id: string): BootState | undefined {
    const path = join(this.#pathOf(id), "state.json");
    const text = this.#files.readTextIfExists(path);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as BootState;
    } catch (error) {
      throw fail("STATE_DAMAGED", { path, detail: messageOf(error) }, { cause: error });
    }
  }

  set(id: string, state: BootState): void {
    const directory = this.#pathOf(id);
    const write = () => this.#files.writeAtomic(join(directory, "state.json"), JSON.stringify(state), { mode: 0o600 });
    try {
      write();
    } catch (error) {
      if (!isHostError(error, "ENOENT")) throw error;
      this.#files.makeDir(directory, DIRECTORY_MODE);
      write();
    }
  }

  remove(id: string): void {
    this.#files.removeTree(this.#pathOf(id));
  }

  directory(id: string): string {
    const path = this.#pathOf(id);
    this.#files.makeDir(path, DIRECTORY_MODE);
    return path;
  }

  all(): ReadonlyMap<string, BootState> {
    const states = new Map<string, BootState>();
    for (const id of this.#ids()) {
      const state = this.get(id);
      if (state) states.set(id, state);
    }
    return states;
  }

  #ids(): readonly string[] {
    try {
      return this.#files.list(this.#directory);
    } catch (error) {
      if (isHostError(error, "ENOENT")) return [];
      throw error;
    }
  }

  #pathOf(id: string): string {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(id)) throw new TypeError(`"${id}" is not a container id`);
    return join(this.#directory, id);
  }
}
