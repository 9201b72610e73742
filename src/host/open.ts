import { openBunLibc, openBunSocket } from "./bun.ts";
import { openCgroups } from "./cgroups.ts";
import { openClock } from "./clock.ts";
import { openCompression } from "./compression.ts";
import { openDatabases } from "./database.ts";
import { openFiles } from "./files.ts";
import { openInodes } from "./inodes.ts";
import type { Libc } from "./libc.ts";
import { openLocks } from "./locks.ts";
import { openMounts } from "./mounts.ts";
import { openNetlink } from "./netlink.ts";
import { openNetworkNamespaces } from "./network-namespaces.ts";
import { openNodeLibc } from "./node-libc.ts";
import { openNodeSocket } from "./node-socket.ts";
import type { Host } from "./ports.ts";
import { openProcesses } from "./processes.ts";
import { openRandom } from "./random.ts";
import { openSockets } from "./sockets.ts";
import { openBunSpawn } from "./spawn-bun.ts";
import { spawnInNode } from "./spawn-node.ts";
import { openStreams } from "./streams.ts";
import { lazyProperties, openSystem } from "./system.ts";
import { openTerminal } from "./terminal.ts";

const inBun = process.versions.bun !== undefined;

/** The C library of this runtime. Costs nothing until one of its functions is called. */
export function openLibc(): Libc {
  return inBun ? openBunLibc() : openNodeLibc();
}

/**
 * The machine that this process runs on. Each part is made when it is first used, so a command pays only for what it needs.
 */
export async function openHost(): Promise<Host> {
  const libc = openLibc();
  const parts = {
    files: openFiles,
    inodes: () => openInodes(libc),
    streams: openStreams,
    compression: openCompression,
    processes: () => openProcesses(inBun ? openBunSpawn(libc) : spawnInNode),
    mounts: () => openMounts(libc),
    namespaces: () => openNetworkNamespaces(libc),
    netlink: () => openNetlink(libc),
    cgroups: openCgroups,
    sockets: () => openSockets(libc, inBun ? openBunSocket : openNodeSocket),
    terminal: () => openTerminal(libc),
    locks: () => openLocks(libc),
    clock: openClock,
    random: openRandom,
    databases: openDatabases,
    system: openSystem,
  };
  return lazyProperties(parts, {});
}
