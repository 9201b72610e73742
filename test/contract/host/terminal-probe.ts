/** Run by terminal.test.ts on a terminal of its own: answers each line on descriptor 3 with what it sees. */
import { readSync, writeSync } from "node:fs";
import { openHost } from "../../../src/host/open.ts";

const { terminal } = await openHost();
const stop = new AbortController();
const sizes = terminal.resizes({ signal: stop.signal });
const say = (value: unknown) => writeSync(3, `${JSON.stringify(value)}\n`);

say({ stdin: terminal.isTerminal("stdin"), stderr: terminal.isTerminal("stderr"), size: terminal.size() });
{
  using _raw = terminal.rawMode();
  say("raw");
  const byte = new Uint8Array(1);
  readSync(0, byte, 0, 1, null);
  say(byte[0]);
}
// A listener for a signal alone keeps no process alive in Node.
const alive = setInterval(() => {}, 60_000);
say("waiting");
for await (const size of sizes) {
  say(size);
  break;
}
clearInterval(alive);
