import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { openSandbox } from "../support/minke.ts";

interface EventLine {
  readonly Type: string;
  readonly Status: string;
  readonly Name: string;
}

test("events tell a pod's life in order, live and afterwards", async () => {
  await using minke = await openSandbox();
  const [program, ...globals] = minke.command;
  const live = spawn(program, [...globals, "events", "--format", "json", "--filter", "type=container"], {
    env: minke.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  // Ends with the test, also when that fails.
  await using _ = {
    [Symbol.asyncDispose]: async () => {
      live.kill();
      await once(live, "exit");
    },
  };
  const lines = createInterface(live.stdout)[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? "null") as EventLine;
  // What is created before the stream listens may be missed, so containers are made until one is seen.
  const first = next();
  let seen = false;
  void first.then(() => {
    seen = true;
  });
  for (let n = 0; !seen; n += 1) await minke.ok("run", "--rm", "--name", `early${n}`, "busybox", "true");
  await first;

  assert.equal((await minke.run(["run", "--name", "late", "busybox", "sh", "-c", "exit 3"])).code, 3);
  const actions: string[] = [];
  while (actions.at(-1) !== "died") {
    const event = await next();
    if (event.Name === "late") actions.push(event.Status);
  }
  assert.deepEqual(
    actions.filter((action) => action !== "attach"),
    ["create", "init", "start", "died"],
  );

  await minke.ok("rm", "late");
  const past = ["events", "--stream=false", "--since", "1h", "--filter", "container=late", "--format", "{{.Status}}"];
  const history = (await minke.ok(...past)).split("\n");
  assert.equal(history.at(0), "create");
  assert.equal(history.at(-1), "remove");
  assert.ok(history.includes("died"));
});

test("doctor says what was found and chosen, for people and for programs", async () => {
  await using minke = await openSandbox();
  const findings = await minke.json<{ Subject: string; Level: string; Detail: string }[]>("doctor", "--format", "json");
  for (const { Subject, Level, Detail } of findings) {
    assert.ok(Subject !== "" && Detail !== "");
    assert.ok(["ok", "warning", "error"].includes(Level), `${Subject}: ${Level}`);
  }
  const text = await minke.ok("doctor");
  for (const word of ["conmon", "netavark", "cgroup"]) assert.match(text, new RegExp(word, "i"));
});

test("info and version have podman's shape", async () => {
  await using minke = await openSandbox();
  const info = await minke.json<{ host: { ociRuntime: { name: string } }; store: { graphRoot: string } }>(
    "info",
    "--format",
    "json",
  );
  assert.match(info.host.ociRuntime.name, /^(crun|runc)$/);
  assert.ok(info.store.graphRoot.startsWith(minke.directory));
  const version = await minke.json<{ Client: { Version: string } }>("version", "--format", "json");
  assert.match(version.Client.Version, /^\d+\.\d+\.\d+/);
  assert.equal(await minke.ok("version", "--format", "{{.Client.Version}}"), version.Client.Version);
});
