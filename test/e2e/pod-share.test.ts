import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { test } from "node:test";
import { openSandbox } from "../support/minke.ts";

/** Names of `--share` with the link of /proc/PID/ns that each is about. */
const NAMESPACES = ["ipc", "net", "uts", "pid", "cgroup"] as const;

/** Pods that run at the same time. */
const BATCH = 8;

type Name = (typeof NAMESPACES)[number];

/** Every subset, from none to all. */
const COMBINATIONS: readonly (readonly Name[])[] = Array.from({ length: 2 ** NAMESPACES.length }, (_, bits) =>
  NAMESPACES.filter((_name, at) => (bits >> at) % 2 === 1),
);

const linkOf = (pid: string, name: Name) => readlinkSync(`/proc/${pid}/ns/${name}`);

/** Which namespaces two processes have in common. */
const common = (a: string, b: string): readonly Name[] =>
  NAMESPACES.filter((name) => linkOf(a, name) === linkOf(b, name));

/** One member is enough, but where all or nothing is shared two are compared with each other as well. */
const membersOf = (names: readonly Name[]) => (names.length % NAMESPACES.length === 0 ? ["a", "b"] : ["a"]);

/** A pod file whose members get a namespace of their own wherever the pod does not share it. */
function podFile(name: string, names: readonly Name[]): string {
  const member = {
    image: "busybox",
    command: ["sleep", "1000"],
    // On cgroup v1 containers have the host's cgroup namespace, unless they are given one (podman-run(1), --cgroupns).
    ...(names.includes("cgroup") ? {} : { namespaces: { cgroup: "private" } }),
    // 64 networks would take long to set up, and a network namespace needs none.
    ...(names.includes("net") ? {} : { networks: ["none"] }),
  };
  return JSON.stringify({
    name,
    infra: true,
    share: names.length === 0 ? "none" : names.join(","),
    shareParent: !names.includes("cgroup"),
    networks: ["none"],
    containers: Object.fromEntries(membersOf(names).map((key) => [key, member])),
  });
}

test("every combination of shared namespaces gives the members the infra's, and no other", async () => {
  await using minke = await openSandbox();
  const wrong: string[] = [];
  const pods = COMBINATIONS.map((names, at) => ({ name: `p${at}`, names }));
  for (let from = 0; from < pods.length; from += BATCH) {
    const batch = pods.slice(from, from + BATCH);
    for (const { name, names } of batch)
      await minke.ok("pod", "create", "--file", minke.file(name, podFile(name, names)));
    const all = batch.map(({ name }) => name);
    await minke.ok("pod", "start", ...all);
    const infras = (await minke.ok("pod", "inspect", "-f", "{{.InfraContainerID}}", ...all)).split("\n");
    const members = batch.flatMap(({ name, names }) => membersOf(names).map((key) => `${name}-${key}`));
    const pids = (await minke.ok("inspect", "-f", "{{.State.Pid}}", ...infras, ...members)).split("\n");
    const pidOf = (name: string) => pids[infras.length + members.indexOf(name)] ?? "";
    batch.forEach(({ name, names }, at) => {
      const [a = "", b = a] = membersOf(names).map((key) => pidOf(`${name}-${key}`));
      const infra = pids[at] ?? "";
      for (const shared of [common(a, infra), common(b, infra), ...(a === b ? [] : [common(a, b)])])
        if (shared.join() !== names.join()) wrong.push(`share ${names.join() || "none"}: shared ${shared.join()}`);
    });
    await minke.ok("pod", "rm", "-f", "-t", "0", ...all);
  }
  assert.deepEqual(wrong, []);
});
