import assert from "node:assert/strict";
import { test } from "node:test";
import { openFakeHost } from "../../host/fakes/open.ts";
import type { FakeProgram } from "../../host/fakes/programs.ts";
import type { ConmonCreate } from "./args.ts";
import { Conmon, ConmonFailure, findConmon } from "./driver.ts";

const REQUEST: ConmonCreate = {
  containerId: "c0ffee",
  name: "web",
  runtimePath: "/usr/bin/crun",
  runtimeArgs: ["--root", "/run/crun"],
  bundle: "/run/bundle",
  pidFile: "/run/bundle/pidfile",
  conmonPidFile: "/run/bundle/conmon.pid",
  exitDirectory: "/run/exits",
  terminal: false,
  stdin: true,
  exitCommand: { argv: ["/usr/bin/minke", "container", "cleanup", "", "c0ffee"], delaySeconds: 300 },
  logLevel: "error",
  log: "k8s-file:/log",
  logMaxSize: 100,
  systemdCgroup: false,
  timeoutSeconds: 0,
};

function setUp(program: FakeProgram) {
  const host = openFakeHost();
  host.files.makeDir("/run/bundle");
  host.programs.define("/usr/bin/conmon", program);
  return { host, conmon: new Conmon(host, { path: "/usr/bin/conmon", env: { PATH: "/bin" } }) };
}

test("create: flags, descriptors, and the pids that come back", async () => {
  let seen: { args: readonly string[]; env: Readonly<Record<string, string>>; held: number } | undefined;
  const { host, conmon } = setUp((it) => {
    seen = { args: it.args, env: it.env, held: it.inherited.size };
    host.files.writeAtomic("/run/bundle/conmon.pid", "77");
    it.fd(3)?.write('{"data": 4242}\n');
  });
  using port = host.sockets.reservePort("tcp", "", 8080);
  const moved: number[] = [];
  const pids = await conmon.create(REQUEST, { heldFds: [port.fd], beforeRelease: (pid) => moved.push(pid) });
  assert.deepEqual([pids, moved.length, seen?.held], [{ pid: 4242, conmonPid: 77 }, 1, 1]);
  assert.deepEqual(seen?.env, { PATH: "/bin", _OCI_SYNCPIPE: "3", _OCI_STARTPIPE: "4", _OCI_ATTACHPIPE: "5" });
  const text = ` ${seen?.args.join(" ")} `;
  for (const part of [
    " -c c0ffee ",
    " -u c0ffee ",
    " -n web ",
    " -i ",
    " -l k8s-file:/log ",
    " --log-size-max 100 ",
    " --runtime-arg --root --runtime-arg /run/crun ",
    " --exit-delay 300 --exit-command /usr/bin/minke --exit-command-arg container ",
    " --exit-command-arg  --exit-command-arg c0ffee ",
  ])
    assert.ok(text.includes(part), part);
  for (const flag of [" -t ", " -s ", " -T "]) assert.ok(!text.includes(flag), flag);
});

/** What conmon does, and what is known of it then: its words, and whether they are the runtime's. */
const FAILURES: readonly (readonly [string, FakeProgram, string, string | undefined])[] = [
  ["the runtime refuses", (it) => it.fd(3)?.write('{"data": -1, "message": "crun: no"}\n'), "crun: no", "crun: no"],
  ["conmon complains", (it) => it.stderr("bad flag\n"), "bad flag", undefined],
  ["conmon says nothing", () => 1, "it ended without a word", undefined],
  ["conmon talks nonsense", (it) => it.fd(3)?.write("hello\n"), "it ended without a word", undefined],
  ["conmon leaves no pid file", (it) => it.fd(3)?.write('{"data": 1}\n'), "conmon wrote no pid file", undefined],
];

test("create: every way to fail is a ConmonFailure that tells what was said", async () => {
  for (const [title, program, message, runtimeMessage] of FAILURES) {
    const { conmon } = setUp(program);
    const error: unknown = await conmon.create(REQUEST).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ConmonFailure, title);
    assert.deepEqual([error.message, error.runtimeMessage], [message, runtimeMessage], title);
  }
});

test("a terminal that is gone needs no resizing", () => {
  const { host, conmon } = setUp(() => 0);
  conmon.resize("/run/bundle", { rows: 24, columns: 80 });
  const lines: string[] = [];
  using _ctl = host.readFifo("/run/bundle/ctl", (line) => lines.push(line));
  conmon.resize("/run/bundle", { rows: 24, columns: 80 });
  assert.deepEqual(lines, ["1 24 80\n"]);
});

test("conmon is found in the first directory that has it, or missed by name", () => {
  const { host } = setUp(() => 0);
  assert.equal(findConmon(host.processes, ["/usr/libexec/conmon", "/usr/bin/conmon"]), "/usr/bin/conmon");
  assert.throws(() => findConmon(host.processes, ["/opt/conmon"]), { code: "PROGRAM_MISSING" });
});
