import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ContainerCreateOptions } from "../engine/api/container-options.ts";
import { ACCOUNTS, CONFIG, HOST, inputOf } from "./fakes/inputs.ts";
import { generateProcess, type ProcessOptions } from "./generate-process.ts";
import { formatOci } from "./oci.ts";
import { resolveContainer } from "./resolve-container.ts";

function processOf(container: ContainerCreateOptions, options: Partial<ProcessOptions> = {}) {
  const { config } = resolveContainer(inputOf(container));
  return generateProcess({
    config,
    options: { command: ["true"], ...options },
    accounts: ACCOUNTS,
    hostname: "hh",
    host: HOST,
    engine: CONFIG,
  });
}

const sizes = (process: ReturnType<typeof processOf>) =>
  [process.capabilities.bounding, process.capabilities.effective, process.capabilities.ambient].map((c) => c.length);

describe("generateProcess", () => {
  it("takes the container's process and changes what was asked for", () => {
    const process = processOf(
      { user: "app", umask: 0o077 },
      { terminal: true, workdir: "/x", env: { FOO: "exec", A: "b" } },
    );
    assert.deepEqual(
      { ...process, capabilities: undefined },
      {
        terminal: true,
        user: { uid: 1000, gid: 1000, umask: 0o077, additionalGids: [1000, 2000] },
        args: ["true"],
        env: [
          "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          "TERM=xterm",
          "container=podman",
          "FOO=exec",
          "A=b",
          "HOSTNAME=hh",
          "HOME=/home/app",
        ],
        cwd: "/x",
        capabilities: undefined,
        rlimits: [
          { type: "RLIMIT_NOFILE", soft: 1024, hard: 20_000 },
          { type: "RLIMIT_NPROC", soft: 1024, hard: 32_768 },
        ],
      },
    );
  });

  it("gives root the bounding set, the container's user its own, others nothing", () => {
    const container = { user: "app", capAdd: ["NET_ADMIN"] };
    assert.deepEqual(sizes(processOf(container, { user: "root" })), [12, 12, 0]);
    assert.deepEqual(sizes(processOf(container)), [12, 1, 1]);
    assert.deepEqual(sizes(processOf(container, { user: "4000" })), [12, 0, 0]);
    assert.deepEqual(sizes(processOf(container, { user: "root", privileged: true })), [40, 40, 0]);
  });

  it("keeps the container's restrictions for privileged execs", () => {
    assert.equal(processOf({ securityOpt: ["no-new-privileges"] }, { privileged: true }).noNewPrivileges, true);
  });

  it("refuses nothing to run, a relative directory and an unknown user", () => {
    assert.throws(() => processOf({}, { command: [] }), /must provide a non-empty command/);
    assert.throws(() => processOf({}, { workdir: "x" }), /needs to be an absolute path/);
    assert.throws(() => processOf({}, { user: "ghost" }), /unable to find user ghost/);
  });

  it("is written with its 64-bit numbers", () => {
    const text = formatOci(processOf({ ulimits: [{ name: "core", soft: -1, hard: -1 }] }));
    assert.match(text, /\{"type":"RLIMIT_CORE","soft":18446744073709551615,"hard":18446744073709551615\}/);
    assert.equal(JSON.parse(text).args[0], "true");
  });

  it("inherits the engine's limits with --ulimit host", () => {
    assert.deepEqual(processOf({ ulimits: [{ name: "host", soft: 0, hard: 0 }] }).rlimits, []);
  });
});
