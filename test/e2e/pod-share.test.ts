import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { test } from "node:test";
import { openSandbox } from "../support/minke.ts";

/** Names of `--share` with the link of /proc/PID/ns that each is about. */
const NAMESPACES = ["ipc", "net", "uts", "pid", "cgroup"] as const;

type Name = (typeof NAMESPACES)[number];

/** Every subset, from none to all. */
const COMBINATIONS: readonly (readonly Name[])[] = Array.from({ length: 2 ** NAMESPACES.length }, (_, bits) =>
  NAMESPACES.filter((_name, at) => (bits >> at) % 2 === 1),
);

const linkOf = (pid: string, name: Name) => readlinkSync(`/proc/${pid}/ns/${name}`);

/** Which namespaces two processes have in common. */
const common = (a: string, b: string) => NAMESPACES.filter((name) => linkOf(a, name) === linkOf(b, name));

test("every combination of --share gives the members the infra's namespaces, and no other", async () => {
  await using minke = await openSandbox();
  // On cgroup v1 containers have the host's cgroup namespace, unless they are given one (podman-run(1), --cgroupns).
  const image = ["--cgroupns", "private", "busybox", "sleep", "1000"];
  const pods = COMBINATIONS.map((names, at) => ({ name: `p${at}`, names }));
  const seen: string[] = [];
  for (const { name, names } of pods) {
    const share = names.length === 0 ? "none" : names.join(",");
    const parent = names.includes("cgroup") ? ["--share-parent=false"] : [];
    // A network namespace of its own needs no network here, and 64 networks take long to set up.
    await minke.ok("pod", "create", "--name", name, "--infra", "--network", "none", "--share", share, ...parent);
    for (const member of ["a", "b"]) {
      const network = names.includes("net") ? [] : ["--network", "none"];
      const own = names.includes("cgroup") ? image.slice(2) : image;
      await minke.ok("create", "--pod", name, "--name", `${name}-${member}`, ...network, ...own);
    }
    await minke.ok("pod", "start", name);
    const ids = await minke.ok("pod", "inspect", "-f", "{{.InfraContainerID}}", name);
    const pids = (await minke.ok("inspect", "-f", "{{.State.Pid}}", ids, `${name}-a`, `${name}-b`)).split("\n");
    const [infra = "", a = "", b = ""] = pids;
    for (const [one, other] of [
      [a, infra],
      [b, infra],
      [a, b],
    ] as const) {
      const shared = common(one, other);
      if (shared.join() !== names.join()) seen.push(`--share ${share}: shared ${shared.join() || "nothing"}`);
    }
    await minke.ok("pod", "rm", "-f", "-t", "0", name);
  }
  assert.deepEqual(seen, []);
});
