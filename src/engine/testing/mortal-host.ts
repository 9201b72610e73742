import type { EffectHook, FakeKernel } from "../../host/fakes/kernel.ts";
import type { FakeHost } from "../../host/fakes/open.ts";
import type { Child, Databases, Host, Netlink, Processes, Sockets, Streams } from "../../host/ports.ts";

/** What a dead engine's code sees: it can do nothing any more. */
export class Death extends Error {
  override readonly name = "Death";
}

/**
 * The machine as one engine process uses it. Its effects are told apart from those of other processes, and it can die: then
 * everything that the kernel takes back from a killed process is taken back.
 */
export class MortalHost {
  readonly host: Host;
  /** Called before each effect of this process; throw to make it fail. */
  onEffect: EffectHook | undefined;
  dead = false;
  readonly #machine: FakeHost;
  readonly #releases: (() => void)[] = [];

  constructor(machine: FakeHost) {
    this.#machine = machine;
    const own = <T extends object>(port: T) => this.#scoped(port);
    this.host = {
      files: own(machine.files),
      inodes: own(machine.inodes),
      streams: this.#streams(own(machine.streams)),
      compression: machine.compression,
      processes: this.#processes(own(machine.processes)),
      mounts: own(machine.mounts),
      namespaces: own(machine.namespaces),
      netlink: this.#netlink(own(machine.netlink)),
      cgroups: own(machine.cgroups),
      sockets: this.#sockets(own(machine.sockets)),
      terminal: machine.terminal,
      locks: own(machine.locks),
      clock: own(machine.clock),
      random: machine.random,
      databases: this.#databases(own(machine.databases)),
      system: machine.system,
    };
  }

  /** What kill -9 does. */
  die(): void {
    if (this.dead) return;
    this.dead = true;
    for (const release of this.#releases) release();
    this.#machine.crash();
  }

  /** Makes calls of a port this process's own: the kernel's hook is ours for the synchronous part of each. */
  #scoped<T extends object>(port: T): T {
    const call = (method: (...args: unknown[]) => unknown, args: unknown[]) =>
      this.#within(() => method.apply(port, args));
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function"
          ? (...args: unknown[]) => call(value as (...args: unknown[]) => unknown, args)
          : value;
      },
    });
  }

  #within<T>(body: () => T): T {
    if (this.dead) throw new Death();
    const kernel: FakeKernel = this.#machine.kernel;
    const before = kernel.onEffect;
    kernel.onEffect = (port, method, path) => this.onEffect?.(port, method, path);
    try {
      return body();
    } finally {
      kernel.onEffect = before;
    }
  }

  #with<T extends object>(port: T, change: Partial<T>): T {
    return new Proxy(port, {
      get: (target, key) => (Object.hasOwn(change, key) ? Reflect.get(change, key) : Reflect.get(target, key)),
    });
  }

  #netlink(port: Netlink): Netlink {
    return this.#with(port, { open: () => this.#scoped(port.open()) });
  }

  #processes(port: Processes): Processes {
    const spawn: Processes["spawn"] = (...args) => {
      const child: Child = port.spawn(...args);
      this.#releases.push(() => {
        for (const pipe of child.pipes) pipe?.close();
      });
      return child;
    };
    return this.#with(port, { spawn });
  }

  #sockets(port: Sockets): Sockets {
    const reservePort: Sockets["reservePort"] = (...args) => {
      const reserved = port.reservePort(...args);
      this.#releases.push(() => reserved[Symbol.dispose]());
      return reserved;
    };
    return this.#with(port, { reservePort });
  }

  #streams(port: Streams): Streams {
    const open: Streams["open"] = (...args) => {
      const file = port.open(...args);
      this.#releases.push(() => file[Symbol.dispose]());
      return file;
    };
    return this.#with(port, { open });
  }

  #databases(port: Databases): Databases {
    const open: Databases["open"] = (...args) => {
      const database = port.open(...args);
      this.#releases.push(() => database[Symbol.dispose]());
      return this.#scoped(database);
    };
    return this.#with(port, { open });
  }
}
