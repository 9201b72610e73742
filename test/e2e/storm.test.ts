import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineCli } from "../support/engine-cli.ts";
import { openSandbox } from "../support/minke.ts";
import { needs, unless } from "../support/needs.ts";

/** How long commands are started; nothing fails for taking longer. */
const SECONDS = Number(process.env["MINKE_STORM_SECONDS"] ?? 60);
const SEED = Number(process.env["MINKE_STORM_SEED"] ?? 20_250_101);
const WORKERS = 16;
const PODS = ["p0", "p1", "p2", "p3", "p4"];
const MEMBERS = ["a", "b"];

const POD_COMMANDS: readonly (readonly string[])[] = [
  ["pod", "start"],
  ["pod", "stop", "-t", "0"],
  ["pod", "kill"],
  ["pod", "pause"],
  ["pod", "unpause"],
  ["pod", "restart"],
  ["pod", "inspect"],
];

/** What a command may answer when another one has changed the container or the pod before it; stderr has nothing else. */
const CONFLICTS: readonly RegExp[] = [
  /: container state improper$/,
  // A dependency, here the infra container, is paused: starting a member cannot start it.
  /: starting dependency \w+: cannot start paused container \w+: container state improper: internal libpod error$/,
  /: container is stopped$/,
  /: some containers failed$/,
  /: no such exec session$|no such exec session: /,
  /\bcan only \w+/,
  /\bnot running\b/,
  /\bis not paused\b/,
];

/** Numbers from 0 to below `limit`, the same for the same seed (mulberry32). */
function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

function randomCommand(below: (limit: number) => number): readonly string[] {
  const pick = <T>(all: readonly T[]): T => {
    const one = all[below(all.length)];
    if (one === undefined) throw new Error("nothing to choose from");
    return one;
  };
  const pod = pick(PODS);
  const member = `${pod}-${pick(MEMBERS)}`;
  if (below(2) === 0) return [...pick(POD_COMMANDS), pod];
  return pick([
    ["pod", "ps"],
    ["ps", "-a", "--filter", `pod=${pod}`],
    ["start", member],
    ["stop", "-t", "0", member],
    ["exec", member, "true"],
  ]);
}

/** What of a failed command's answer is no documented conflict. */
function strangeLines(stderr: string): string[] {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? ["(no message)"] : lines.filter((line) => !CONFLICTS.some((known) => known.test(line)));
}

async function storm(minke: EngineCli, complaints: Set<string>): Promise<number> {
  const end = performance.now() + SECONDS * 1000;
  let count = 0;
  const worker = async (_: unknown, index: number) => {
    const below = seeded(SEED + index);
    while (performance.now() < end) {
      const command = randomCommand(below);
      const result = await minke.run(command);
      count += 1;
      if (result.code === 0) continue;
      const strange = strangeLines(result.stderr);
      if (strange.length > 0) complaints.add(`${command.join(" ")}: exit code ${result.code}: ${strange.join("\n")}`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return count;
}

test(`${WORKERS} workers give contrary commands on ${PODS.length} pods for ${SECONDS} s (seed ${SEED})`, {
  ...unless(needs.root),
}, async () => {
  await using minke = await openSandbox();
  for (const pod of PODS) {
    await minke.ok("pod", "create", "--name", pod, "--network", "none");
    for (const member of MEMBERS) {
      const options = ["--pod", pod, "--name", `${pod}-${member}`, "--stop-timeout", "1"];
      await minke.ok("create", ...options, "busybox", "sleep", "1000");
    }
  }
  const complaints = new Set<string>();
  const count = await storm(minke, complaints);
  console.log(`${count} commands`);
  assert.deepEqual([...complaints], [], `after ${count} commands`);
  for (const pod of PODS) {
    await minke.run(["pod", "unpause", pod]);
    await minke.ok("pod", "start", pod);
    assert.equal(await minke.ok("pod", "inspect", "-f", "{{.State}}", pod), "Running");
    await minke.ok("pod", "rm", "-f", "-t", "0", pod);
  }
  assert.equal(await minke.ok("ps", "-aq"), "");
});
