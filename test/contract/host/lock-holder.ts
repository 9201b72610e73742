/** Run by real-host.test.ts: takes a lock, says so, and keeps it until it is killed. */
import { writeSync } from "node:fs";
import { openHost } from "../../../src/host/open.ts";

const host = await openHost();
const lock = await host.locks.acquire(process.argv[2] ?? "");
writeSync(1, "locked\n");
for await (const _chunk of process.stdin);
lock[Symbol.dispose]();
