import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../../base/errors.ts";
import type { ExecOptions, Stdio } from "../../../engine/api/containers.ts";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A process that copies stdin to stdout, says something on stderr, and exits with `code`. */
const echo = (code: number) => async (_ref: string, stdio: Stdio) => {
  for await (const chunk of stdio.stdin ?? []) await stdio.stdout(chunk);
  await stdio.stdout(bytes("out\n"));
  await stdio.stderr(bytes("err\n"));
  return { reason: "ended", exitCode: code };
};

test("run creates, starts and exits as the process did", async () => {
  const fake = fakeEngine({ "containers.startAttached": echo(7) });
  const { code, out, err, forwarded } = await runCli(["run", "--rm", "img", "cmd"], fake, { stdin: "in\n" });
  assert.deepEqual([code, out, err, forwarded], [7, "out\n", "err\n", 1]);
  assert.deepEqual(
    fake.calls.map((call) => call.name),
    ["containers.create", "containers.startAttached", "containers.remove"],
  );
});

test("run -i passes stdin on, and -a picks streams", async () => {
  const all = fakeEngine({ "containers.startAttached": echo(0) });
  assert.equal((await runCli(["run", "-i", "img"], all, { stdin: "in\n" })).out, "in\nout\n");
  const some = fakeEngine({ "containers.startAttached": echo(0) });
  const { out, err } = await runCli(["run", "-i", "-a", "stderr", "img"], some, { stdin: "in\n" });
  assert.deepEqual([out, err], ["", "err\n"]);
});

test("run -it makes the terminal raw meanwhile, passes sizes on, and leaves signals alone", async () => {
  const sizes: unknown[] = [];
  let keys: Uint8Array | undefined;
  const fake = fakeEngine({
    "containers.startAttached": async (_ref: string, stdio: Stdio) => {
      keys = stdio.detachKeys;
      for await (const size of stdio.resizes ?? []) sizes.push(size);
      return { reason: "detached" };
    },
  });
  const result = await runCli(["run", "-it", "--detach-keys", "ctrl-a,x", "img"], fake, { terminals: ["stdin"] });
  assert.deepEqual([result.code, result.terminal, result.forwarded], [0, ["raw", "cooked"], 0]);
  assert.deepEqual(sizes, [{ rows: 24, columns: 80 }]);
  assert.deepEqual([...(keys ?? [])], [1, 120]);
});

test("a terminal is asked for without one", async () => {
  const { err, terminal } = await runCli(["run", "-it", "img"]);
  assert.match(err, /^The input device is not a TTY\./);
  assert.deepEqual(terminal, []);
});

test("run -d prints the id", async () => {
  const fake = fakeEngine();
  const { code, out } = await runCli(["run", "-d", "img"], fake);
  assert.deepEqual([code, out], [0, `${testId("a")}\n`]);
  assert.deepEqual(
    fake.calls.map((call) => call.name),
    ["containers.create", "containers.start"],
  );
});

test("a start that fails is 126, or 127 for what was not found, and --rm takes the container away", async () => {
  const cases = [
    [fail("OCI_NOT_FOUND", { message: "crun: x" }), 127],
    [fail("OCI_PERMISSION_DENIED", { message: "crun: x" }), 126],
    [fail("DEPENDENCY_FAILED", { id: "b" }), 126],
  ] as const;
  for (const [error, expected] of cases)
    for (const detach of [[], ["-d"]]) {
      const start = async () => {
        throw error;
      };
      const fake = fakeEngine({ "containers.start": start, "containers.startAttached": start });
      const { code, err, call } = await runCli(["run", "--rm", ...detach, "img"], fake);
      assert.deepEqual([code, err], [expected, `Error: ${error.message}\n`]);
      assert.deepEqual(call("containers.remove")[0], { refs: [testId("a")], ignoreMissing: true });
    }
});

test("a create that fails is 125", async () => {
  const fake = fakeEngine({
    "containers.create": async () => {
      throw fail("NO_SUCH_IMAGE", { ref: "img" });
    },
  });
  const { code, err } = await runCli(["run", "img"], fake);
  assert.deepEqual([code, err], [125, "Error: img: image not known\n"]);
});

test("warnings and progress go to stderr, progress not with --quiet", async () => {
  const answers = {
    "containers.create": async (_options: unknown, io: { readonly progress?: (line: string) => void }) => {
      io.progress?.("Trying to pull img...");
      return { id: testId("a"), warnings: ["careful"] };
    },
  };
  assert.equal((await runCli(["create", "img"], fakeEngine(answers))).err, "Trying to pull img...\ncareful\n");
  assert.equal((await runCli(["create", "-q", "img"], fakeEngine(answers))).err, "careful\n");
});

test("start -a -i attaches, start alone passes over a running container", async () => {
  const attached = fakeEngine({
    "containers.inspect": async () => ({ Config: { Tty: false, OpenStdin: true } }),
    "containers.startAttached": echo(5),
  });
  const { code, out, forwarded } = await runCli(["start", "-ai", "web"], attached, { stdin: "x\n" });
  assert.deepEqual([code, out, forwarded], [5, "x\nout\n", 1]);
  const state = async () => {
    throw fail("CONTAINER_STATE", { message: "it runs" });
  };
  const running = { "containers.start": state, "containers.resolve": async () => testId("b") };
  const rows = [{ config: { id: testId("b") } }];
  const yes = await runCli(["start", "web"], fakeEngine({ ...running, "containers.list": async () => rows }));
  assert.deepEqual([yes.code, yes.out], [0, ""]);
  const no = await runCli(["start", "web"], fakeEngine({ ...running, "containers.list": async () => [] }));
  const message = `Error: unable to start container "${testId("b")}": it runs: container state improper\n`;
  assert.deepEqual([no.code, no.err], [125, message]);
});

test("attach looks whether there is a terminal and a stdin", async () => {
  const fake = fakeEngine({
    "containers.inspect": async () => ({ Config: { Tty: true, OpenStdin: true } }),
    "containers.attach": echo(3),
  });
  const result = await runCli(["attach", "web"], fake, { terminals: ["stdin"], stdin: "x\n" });
  assert.deepEqual([result.code, result.out, result.terminal, result.forwarded], [3, "x\nout\n", ["raw", "cooked"], 0]);
  const closed = fakeEngine({ "containers.inspect": async () => ({ Config: {} }), "containers.attach": echo(0) });
  const plain = await runCli(["attach", "web"], closed, { stdin: "x\n" });
  assert.deepEqual([plain.out, plain.forwarded], ["out\n", 1]);
});

test("exec says what to run and exits with its code", async () => {
  const fake = fakeEngine({ "containers.exec": async () => 4 });
  const line = ["exec", "-it", "-e", "A=1", "-w", "/srv", "-u", "www", "--privileged", "web", "sh", "-c", "x"];
  const { code, call, terminal } = await runCli(line, fake, { terminals: ["stdin"] });
  const [ref, options] = call("containers.exec") as readonly [string, ExecOptions];
  const { signal: _, ...rest } = options;
  assert.deepEqual([code, ref, terminal], [4, "web", ["raw", "cooked"]]);
  assert.deepEqual(rest, {
    command: ["sh", "-c", "x"],
    env: { A: "1" },
    workdir: "/srv",
    user: "www",
    terminal: true,
    privileged: true,
  });
});

test("exec -d prints the session, and failures have their codes", async () => {
  const detached = fakeEngine({ "containers.execDetached": async () => "session" });
  assert.equal((await runCli(["exec", "-d", "web", "x"], detached)).out, "session\n");
  const cases = [
    [fail("OCI_NOT_FOUND", { message: "x" }), 127],
    [fail("OCI_PERMISSION_DENIED", { message: "x" }), 126],
    [fail("NO_SUCH_CONTAINER", { ref: "web" }), 125],
  ] as const;
  for (const [error, expected] of cases) {
    const exec = async () => {
      throw error;
    };
    const { code, err } = await runCli(["exec", "web", "x"], fakeEngine({ "containers.exec": exec }));
    assert.deepEqual([code, err], [expected, `Error: ${error.message}\n`]);
  }
});

test("--pod new:NAME makes the pod with the network options, and takes it away if the container fails", async () => {
  let removed = 0;
  const pod = { id: testId("9"), remove: async () => void removed++ };
  const line = ["create", "--pod", "new:shop", "-p", "8080:80", "--hostname", "box", "--name", "web", "img"];
  const fake = fakeEngine({ "pods.create": async () => pod });
  const { call } = await runCli(line, fake);
  const { createCommand: _, ...podOptions } = call("pods.create")[0] as Record<string, unknown>;
  assert.deepEqual(podOptions, { name: "shop", hostname: "box", ports: [{ host: 8080, container: 80 }] });
  const { pod: joined, name, ports, hostname } = call("containers.create")[0] as Record<string, unknown>;
  assert.deepEqual([joined, name, ports, hostname, removed], [testId("9"), "web", undefined, undefined, 0]);
  const failing = fakeEngine({
    "pods.create": async () => pod,
    "containers.create": async () => {
      throw fail("NO_SUCH_IMAGE", { ref: "img" });
    },
  });
  assert.equal((await runCli(line, failing)).code, 125);
  assert.equal(removed, 1);
});
