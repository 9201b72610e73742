import { fail } from "../../base/errors.ts";
import type { Position } from "./value.ts";

export interface Problem {
  readonly at: Position;
  /** What is wrong, and what would be right. */
  readonly message: string;
}

/** Collects everything that is wrong with a document. */
export class Problems {
  readonly #list: Problem[] = [];

  get count(): number {
    return this.#list.length;
  }

  add(at: Position, message: string): undefined {
    this.#list.push({ at, message });
    return undefined;
  }

  /**
   * Ends the reading if there was a problem.
   *
   * @param file name as messages show it
   * @throws INVALID_ARGUMENT with a line `file:line:column: message` for each problem, in the order of the file
   */
  throwIfAny(file: string): void {
    if (this.#list.length === 0) return;
    const sorted = this.#list.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
    const lines = sorted.map(({ at, message }) => `${file}:${at.line}:${at.column}: ${message}`);
    throw fail("INVALID_ARGUMENT", { message: [...new Set(lines)].join("\n") });
  }
}
