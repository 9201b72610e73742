import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageTar } from "../test/support/images.ts";
import { processesOf } from "../test/support/leaks.ts";
import { findProgram } from "../test/support/needs.ts";
import { until } from "../test/support/wait.ts";
import { record, type Samples } from "./stopwatch.ts";

const CONTAINERS = 10;

function programPath(name: string): string {
  const path = findProgram(name);
  if (!path) throw new Error(`${name} is not installed`);
  return path;
}

interface Bundle {
  readonly id: string;
  readonly path: string;
}

function makeBundle(directory: string, runtime: string, id: string): Bundle {
  const path = join(directory, id);
  mkdirSync(path);
  execFileSync(runtime, ["spec"], { cwd: path });
  const spec = JSON.parse(readFileSync(join(path, "config.json"), "utf8"));
  spec.process.terminal = false;
  spec.process.args = ["sleep", "100000"];
  spec.process.rlimits = [];
  spec.root = { path: join(directory, "rootfs"), readonly: true };
  spec.linux.cgroupsPath = `/${id}`;
  spec.linux.namespaces = spec.linux.namespaces.filter((ns: { type: string }) => ns.type !== "cgroup");
  writeFileSync(join(path, "config.json"), JSON.stringify(spec));
  return { id, path };
}

/** What every engine has to do for one container: let conmon create it, then start it. */
async function createAndStart(runtime: string, directory: string, { id, path }: Bundle): Promise<void> {
  const identity = ["--api-version", "-c", id, "-u", id, "-n", id, "-r", runtime, "-b", path];
  const files = ["-p", join(path, "pid"), "--exit-dir", directory, "-l", `k8s-file:${join(path, "log")}`];
  const conmon = spawn(programPath("conmon"), [...identity, ...files, "--full-attach", "--log-level", "error"], {
    cwd: path,
    detached: true,
    env: { ...process.env, _OCI_SYNCPIPE: "3", _OCI_STARTPIPE: "4" },
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const [, , , sync, start] = conmon.stdio;
  if (!sync || !start || !("write" in start)) throw new Error("conmon has no pipes");
  start.end();
  const [line] = (await once(sync, "data")) as [Buffer];
  if (!/"data":\s*\d/.test(line.toString())) throw new Error(`conmon: ${line.toString()}`);
  const started = spawn(runtime, ["start", id], { stdio: "ignore" });
  await once(started, "exit");
  sync.destroy();
}

async function containerRound(runtime: string, samples: Samples): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "minke-floor-"));
  mkdirSync(join(directory, "rootfs"));
  execFileSync("tar", ["-C", join(directory, "rootfs"), "-xf", imageTar("busybox")]);
  const bundles = Array.from({ length: CONTAINERS + 1 }, (_, n) =>
    makeBundle(directory, runtime, `minke-floor-${process.pid}-${n}`),
  );
  try {
    const [first, ...rest] = bundles;
    if (!first) return;
    let started = performance.now();
    await createAndStart(runtime, directory, first);
    record(samples, "conmon + runtime, 1 container", performance.now() - started);
    started = performance.now();
    await Promise.all(rest.map((bundle) => createAndStart(runtime, directory, bundle)));
    record(samples, `conmon + runtime, ${CONTAINERS} containers at once`, performance.now() - started);
  } finally {
    for (const { id } of bundles) spawnSync(runtime, ["delete", "--force", id]);
    // The monitors write exit codes and logs to the very end.
    await until("the monitors to end", () => processesOf([directory]).length === 0);
    rmSync(directory, { recursive: true, force: true });
  }
}

function networkRound(samples: Samples, port: number | undefined): void {
  const name = `minke-floor-${process.pid}`;
  const netavark = programPath("netavark");
  const directory = mkdtempSync(join(tmpdir(), "minke-floor-net-"));
  const network = {
    name,
    id: "f".repeat(64),
    driver: "bridge",
    network_interface: "minkefloor0",
    subnets: [{ subnet: "10.214.77.0/24", gateway: "10.214.77.1" }],
    ipv6_enabled: false,
    internal: false,
    dns_enabled: false,
    ipam_options: { driver: "host-local" },
  };
  const mapping = { host_ip: "", host_port: port, container_port: 80, protocol: "tcp", range: 1 };
  const request = JSON.stringify({
    container_id: "e".repeat(64),
    container_name: name,
    networks: { [name]: { interface_name: "eth0", static_ips: ["10.214.77.2"] } },
    network_info: { [name]: network },
    ...(port === undefined ? {} : { port_mappings: [mapping] }),
  });
  const call = (verb: string) => {
    const started = performance.now();
    const { status, stdout } = spawnSync(netavark, ["--config", directory, verb, `/run/netns/${name}`], {
      input: request,
    });
    if (status !== 0) throw new Error(`netavark ${verb}: ${stdout.toString()}`);
    return performance.now() - started;
  };
  execFileSync("ip", ["netns", "add", name]);
  try {
    const what = port === undefined ? "no port" : "one port";
    record(samples, `netavark setup, ${what}`, call("setup"));
    record(samples, `netavark teardown, ${what}`, call("teardown"));
  } finally {
    execFileSync("ip", ["netns", "delete", name]);
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * The work underneath, without any engine: what conmon with the OCI runtime, and netavark, take by themselves.
 *
 * @param runtime name of the OCI runtime
 * @param runs rounds
 */
export async function measureFloor(runtime: string, runs: number): Promise<Samples> {
  const samples: Samples = new Map();
  const path = programPath(runtime);
  for (let round = 0; round < runs; round += 1) {
    await containerRound(path, samples);
    networkRound(samples, undefined);
    networkRound(samples, 31_999);
  }
  return samples;
}
