import { HostError } from "../../base/host-error.ts";
import type { FakeClock } from "./clock.ts";
import { FakeTree } from "./tree.ts";

/** Called before an effect on the fake host; throw to make it fail. */
export type EffectHook = (port: string, method: string, path: string) => void;

interface OpenDescriptor {
  holders: number;
  readonly onClose: () => void;
}

/** What all ports of the fake hosts over one machine share. */
export class FakeKernel {
  readonly clock: FakeClock;
  readonly tree: FakeTree;
  onEffect: EffectHook | undefined;
  readonly #descriptors = new Map<number, OpenDescriptor>();
  #last = 100;

  constructor(clock: FakeClock) {
    this.clock = clock;
    this.tree = new FakeTree(() => clock.now());
  }

  /** Announces an effect that is about to happen. */
  effect(port: string, method: string, path: string): void {
    this.onEffect?.(port, method, path);
  }

  /** A new descriptor; its number is never given twice. `onClose` runs when its last holder lets go. */
  openDescriptor(onClose: () => void = () => {}): number {
    this.#last += 1;
    this.#descriptors.set(this.#last, { holders: 1, onClose });
    return this.#last;
  }

  /** What a child does with an inherited descriptor. */
  holdDescriptor(fd: number): void {
    const open = this.#descriptors.get(fd);
    if (open === undefined) throw new HostError("EBADF", "spawn", `fd ${fd}`);
    open.holders += 1;
  }

  closeDescriptor(fd: number): void {
    const open = this.#descriptors.get(fd);
    if (open === undefined) return;
    open.holders -= 1;
    if (open.holders > 0) return;
    this.#descriptors.delete(fd);
    open.onClose();
  }

  /** Descriptors that somebody still holds, for leak checks. */
  get openDescriptors(): readonly number[] {
    return [...this.#descriptors.keys()];
  }
}
