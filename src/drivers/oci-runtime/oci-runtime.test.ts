import assert from "node:assert/strict";
import { test } from "node:test";
import { openFakeHost } from "../../host/fakes/open.ts";
import { commandArgs, type RuntimeCommand } from "./args.ts";
import { chooseRuntime } from "./probe.ts";
import { messageFromLog, runtimeError, saysGone, saysNotRunning } from "./reply.ts";

const COMMANDS: readonly (readonly [RuntimeCommand, string])[] = [
  [{ do: "start" }, "start c"],
  [{ do: "kill", signal: 15, all: false }, "kill c 15"],
  [{ do: "kill", signal: 9, all: true }, "kill --all c 9"],
  [{ do: "delete", force: false }, "delete c"],
  [{ do: "delete", force: true }, "delete --force c"],
  [{ do: "state" }, "state c"],
  [{ do: "update", resourcesFile: "/r" }, "update --resources /r c"],
];

test("argv of the sub-commands, after the options that both runtimes take", () => {
  for (const [command, text] of COMMANDS)
    assert.equal(commandArgs({ root: "/r", systemdCgroup: false }, "c", command).join(" "), `--root /r ${text}`);
  const globals = { root: "/r", log: "/l", systemdCgroup: true };
  assert.equal(
    commandArgs(globals, "c", { do: "start" }).join(" "),
    "--root /r --log /l --log-format json --systemd-cgroup start c",
  );
});

test("the last message of a runtime's log counts, plain text where there is none", () => {
  const table = [
    ['{"msg":"first","level":"error"}\n{"msg":"second"}\n', "second"],
    ['{"msg":"first"}\nwarning: x\n', "first"],
    ["crun: plain\n", "crun: plain"],
    ['{"level":"error"}\n', '{"level":"error"}'],
    ["", ""],
  ] as const;
  for (const [text, message] of table) assert.equal(messageFromLog(text), message, text);
});

test("what crun and runc say about a container that is gone or does not run (spec/components.md 3.3)", () => {
  for (const gone of ["error opening file `/run/crun/x/status`: No such file or directory", "container does not exist"])
    assert.deepEqual([saysGone(gone), saysNotRunning(gone)], [true, false], gone);
  for (const ended of ["open pidfd: No such process", "container not running", "cannot kill: process already finished"])
    assert.deepEqual([saysGone(ended), saysNotRunning(ended)], [false, true], ended);
});

test("a runtime's refusal becomes exit code 126, 127 or neither by its words", () => {
  const table = [
    ["executable file `nope` not found in $PATH: No such file or directory", "OCI_NOT_FOUND"],
    ["open executable: Permission denied", "OCI_PERMISSION_DENIED"],
    ["setrlimit `RLIMIT_NOFILE`: Operation not permitted", "OCI_PERMISSION_DENIED"],
    ["container `x` already exists", "OCI_RUNTIME"],
  ] as const;
  for (const [text, code] of table) assert.equal(runtimeError("crun", text).code, code, text);
});

function hostWith(...programs: readonly string[]) {
  const host = openFakeHost();
  for (const program of programs) host.programs.define(`/usr/bin/${program}`, () => 0);
  return host;
}

const search = { wanted: undefined, known: {}, directories: ["/usr/bin"] };

test("crun is taken where it works, runc where crun does not, and neither is named with the remedy", () => {
  assert.equal(chooseRuntime(hostWith("crun", "runc"), search).name, "crun");
  assert.equal(chooseRuntime(hostWith("runc"), search).name, "runc");
  assert.throws(() => chooseRuntime(hostWith(), search), { code: "OCI_RUNTIME_UNUSABLE" });
  const hybrid = hostWith("crun", "runc");
  hybrid.cgroups.layout = "hybrid";
  assert.equal(chooseRuntime(hybrid, search).name, "crun");
  hybrid.files.makeDir("/sys/fs/cgroup/unified");
  hybrid.files.writeAtomic("/sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n");
  const choice = chooseRuntime(hybrid, search);
  assert.equal(choice.name, "runc");
  assert.match(choice.reason, /hugetlb/);
  assert.throws(() => chooseRuntime(hybrid, { ...search, wanted: "crun" }), /mount -t cgroup -o hugetlb/);
});

test("a runtime that was asked for by name or path is taken from where it is", () => {
  const host = hostWith("crun");
  host.programs.define("/opt/special/crun", () => 0);
  assert.equal(chooseRuntime(host, { ...search, wanted: "/opt/special/crun" }).path, "/opt/special/crun");
  const known = { special: ["/nowhere/crun", "/opt/special/crun"] };
  assert.equal(chooseRuntime(host, { ...search, wanted: "special", known }).path, "/opt/special/crun");
  assert.throws(() => chooseRuntime(host, { ...search, wanted: "kata" }), { code: "OCI_RUNTIME_UNUSABLE" });
});
