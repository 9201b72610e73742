import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, type PodCreateOptions } from "minke";
import { ask, freePort, until } from "../support/wait.ts";
import { openFixture } from "./engine-fixture.ts";

const SERVE = [
  "sh",
  "-c",
  "trap 'exit 0' TERM; mkdir -p /www; echo hello > /www/index.html; httpd -f -p 80 -h /www & wait",
];

function shop(port: number): PodCreateOptions {
  return {
    name: "shop",
    ports: [{ host: port, container: 80 }],
    containers: {
      migrate: { image: "busybox", command: ["true"], init: "once" },
      db: { image: "busybox", command: ["sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait"] },
      web: { image: "busybox", command: SERVE, dependsOn: { db: "started" } },
    },
  };
}

test("a pod described in one value runs, is reached, told about and leaves with its scope", async () => {
  await using fixture = await openFixture();
  const { engine } = fixture;
  const port = await freePort();
  {
    await using pod = await engine.pods.create(shop(port));
    assert.deepEqual(await pod.start(), { input: pod.id, ok: true, id: pod.id });
    const answer = await until("the published port", () => ask({ port }, "GET / HTTP/1.0\r\n\r\n"));
    assert.match(answer, /hello/);
    const [row] = await engine.pods.list();
    assert.equal(row?.status, "Running");
    assert.deepEqual(row?.members.map((m) => m.name).slice(1), ["shop-db", "shop-web"]);
    assert.equal((await pod.stop({ timeout: 5 })).ok, true);
    const codes = await Promise.all(["shop-db", "shop-web"].map((name) => engine.containers.wait(name)));
    assert.deepEqual(codes, [0, 0]);
  }
  assert.deepEqual(await engine.pods.list(), []);
  const actions: string[] = [];
  for await (const event of engine.events({ filters: { type: ["pod"] } })) actions.push(event.action);
  assert.deepEqual(actions, ["create", "start", "stop", "remove"]);
});

test("errors are typed: kind, code and data, one report per input", async () => {
  await using fixture = await openFixture();
  const { engine } = fixture;
  await assert.rejects(
    engine.pods.inspect("nothing"),
    (error) => hasCode(error, "NO_SUCH_POD") && error.data.ref === "nothing",
  );
  await engine.containers.create({ image: "busybox", name: "one" });
  await engine.containers.create({ image: "busybox", name: "two", command: ["sleep", "1000"] });
  await engine.containers.start("two");
  const codes = async (...refs: string[]) =>
    (await engine.containers.kill({ refs })).map((r) => (r.ok ? "ok" : r.error.code));
  assert.deepEqual(await codes("one", "two", "three"), ["NO_SUCH_CONTAINER"]);
  assert.deepEqual(await codes("one", "two"), ["CONTAINER_STATE", "ok"]);
  await assert.rejects(engine.containers.create({ image: "busybox", name: "one" }), (error) =>
    hasCode(error, "CONTAINER_NAME_IN_USE"),
  );
});

test("output, input and exit code of a process in the foreground", async () => {
  await using fixture = await openFixture();
  const { engine } = fixture;
  const decoder = new TextDecoder();
  const seen = { out: "", err: "" };
  const stdio = {
    stdin: (async function* () {
      yield new TextEncoder().encode("typed\n");
    })(),
    stdout: (chunk: Uint8Array) => {
      seen.out += decoder.decode(chunk);
    },
    stderr: (chunk: Uint8Array) => {
      seen.err += decoder.decode(chunk);
    },
  };
  const { id } = await engine.containers.create({
    image: "busybox",
    stdinOpen: true,
    command: ["sh", "-c", "cat; echo no >&2; exit 7"],
  });
  assert.deepEqual(await engine.containers.startAttached(id, stdio), { reason: "ended", exitCode: 7 });
  assert.deepEqual(seen, { out: "typed\n", err: "no\n" });
  const lines: string[] = [];
  for await (const line of engine.containers.logs(id)) lines.push(`${line.stream}: ${line.text}`);
  assert.deepEqual(lines.toSorted(), ["stderr: no", "stdout: typed"]);
});

test("an aborted start leaves nothing running", async () => {
  await using fixture = await openFixture();
  const { engine } = fixture;
  await using pod = await engine.pods.create({
    name: "late",
    containers: { one: { image: "busybox", command: ["sleep", "1000"] } },
  });
  await assert.rejects(pod.start({ signal: AbortSignal.abort(new Error("changed my mind")) }), /changed my mind/);
  const [row] = await engine.pods.list();
  assert.equal(row?.status, "Created");
});

test("exec runs a command in a running container and returns its exit code", async () => {
  await using fixture = await openFixture();
  const { engine } = fixture;
  const { id } = await engine.containers.create({ image: "busybox", name: "host", command: ["sleep", "1000"] });
  await engine.containers.start(id);
  let out = "";
  const stdio = {
    stdout: (chunk: Uint8Array) => {
      out += new TextDecoder().decode(chunk);
    },
    stderr: () => undefined,
  };
  assert.equal(
    await engine.containers.exec(
      "host",
      { command: ["sh", "-c", "echo $ASKED; exit 3"], env: { ASKED: "yes" } },
      stdio,
    ),
    3,
  );
  assert.equal(out, "yes\n");
});
