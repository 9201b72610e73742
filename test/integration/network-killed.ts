/**
 * Joins a container to its networks and kills itself right before the given effect; run by network-killed.test.ts. Prints
 * `done` if there are fewer effects.
 */
import { openHost } from "../../src/host/open.ts";
import type { Host } from "../../src/host/ports.ts";
import { type AttachRequest, type NetworkConfig, openNetworks } from "../../src/network/open.ts";
import { openStore } from "../../src/store/open.ts";

export interface Doom {
  readonly config: NetworkConfig;
  readonly runRoot: string;
  readonly request: AttachRequest;
  /** Counts from 1. */
  readonly killAt: number;
}

const { config, runRoot, request, killAt } = JSON.parse(process.argv[2] ?? "") as Doom;

let effects = 0;
function effect(): void {
  effects += 1;
  if (effects === killAt) process.kill(process.pid, "SIGKILL");
}

/** Links, sysctls and programs: everything that changes the host's network. */
function doomed(host: Host): Host {
  return {
    ...host,
    files: {
      ...host.files,
      writeInPlace: (path, data) => {
        effect();
        host.files.writeInPlace(path, data);
      },
    },
    netlink: {
      open: () => {
        const socket = host.netlink.open();
        return {
          request: (message) => {
            effect();
            return socket.request(message);
          },
          [Symbol.dispose]: () => socket[Symbol.dispose](),
        };
      },
    },
    processes: {
      ...host.processes,
      run: async (...args) => {
        effect();
        return host.processes.run(...args);
      },
    },
  };
}

const host = await openHost();
const store = openStore(host, { root: config.root, runRoot });
await openNetworks({ host: doomed(host), store, config }).attach(request);
store[Symbol.dispose]();
console.log("done");
