import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ContainerId } from "../base/brand.ts";
import { EngineError } from "../base/errors.ts";
import type { ContainerCreateOptions } from "../engine/api/container-options.ts";
import type { ContainerConfig, Resources } from "../model/container.ts";
import { CONFIG, CONTAINER_ID, HOST, IMAGE, inputOf, podOf } from "./fakes/inputs.ts";
import type { SpecConfig } from "./inputs.ts";
import { resolveContainer } from "./resolve-container.ts";

const resolve = (options: ContainerCreateOptions = {}, more: Parameters<typeof inputOf>[1] = {}) =>
  resolveContainer(inputOf(options, more));

const OTHER_ID = "2".repeat(64) as ContainerId;

/** Another container outside of pods. */
function other(changes: Partial<ContainerConfig> = {}): ContainerConfig {
  return { ...resolve({}).config, id: OTHER_ID, name: "other", ...changes };
}

/** The message of what a resolution throws. */
function messageFor(options: ContainerCreateOptions, more: Parameters<typeof inputOf>[1] = {}): string {
  try {
    resolve(options, more);
  } catch (error) {
    assert.ok(error instanceof EngineError, String(error));
    return error.message;
  }
  return "";
}

const limits = (resources: Resources): ContainerCreateOptions => ({ resources });

describe("resolveContainer", () => {
  it("merges command and entrypoint as podman does", () => {
    const config = { ...IMAGE.config, config: { ...IMAGE.config.config, Entrypoint: ["/entry"], Cmd: ["cmd"] } };
    const image = { ...IMAGE, config };
    const cases: readonly (readonly [ContainerCreateOptions, readonly string[]])[] = [
      [{}, ["/entry", "cmd"]],
      [{ command: ["x"] }, ["/entry", "x"]],
      [{ entrypoint: ["/e"] }, ["/e"]],
      [{ entrypoint: [""], command: ["x"] }, ["x"]],
      [{ entrypoint: [] }, ["cmd"]],
    ];
    for (const [options, argv] of cases) assert.deepEqual(resolve(options, { image }).config.argv, argv);
  });

  it("builds the environment in order of precedence", () => {
    const config: SpecConfig = { ...CONFIG, env: ["TERM=vt100", "X=config", "Y=config"], httpProxy: true };
    const image = { ...IMAGE, config: { ...IMAGE.config, config: { Cmd: ["x"], Env: ["X=image", "Z=image"] } } };
    const { env } = resolve({ env: { Z: "user" }, unsetEnv: ["Y"] }, { config, image }).config;
    assert.deepEqual(env, {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      TERM: "vt100",
      container: "podman",
      X: "image",
      Z: "user",
      http_proxy: "proxy.example",
    });
    assert.deepEqual(resolve({ unsetEnvAll: true, env: { A: "b" } }).config.env, { A: "b" });
    assert.equal(resolve({ envHost: true }).config.env["SECRET"], "hidden");
  });

  it("puts the user's mounts over volumes-from over the image's", () => {
    const donor = other({
      mounts: [
        { type: "bind", source: "/one", destination: "/data", options: [] },
        { type: "bind", source: "/two", destination: "/b", options: ["rshared"] },
        { type: "tmpfs", destination: "/t", options: [] },
      ],
    });
    const options: ContainerCreateOptions = {
      volumesFrom: ["other:ro"],
      mounts: [{ type: "volume", name: "own", destination: "/b" }],
    };
    const { config, warnings } = resolve(options, { others: [donor] });
    assert.deepEqual(config.mounts, [
      { type: "bind", source: "/one", destination: "/data", options: ["ro"] },
      { type: "volume", name: "own", anonymous: false, destination: "/b", options: [] },
    ]);
    assert.deepEqual(warnings, [`Unable to match volume /t from container ${OTHER_ID} for volumes-from`]);
  });

  it("names anonymous volumes by container and place", () => {
    const [one] = resolve().config.mounts;
    const [again] = resolve().config.mounts;
    const [two] = resolve({}, { id: OTHER_ID }).config.mounts;
    assert.ok(one?.type === "volume" && two?.type === "volume" && again?.type === "volume");
    assert.match(one.name, /^[0-9a-f]{64}$/);
    assert.equal(one.name, again.name);
    assert.notEqual(one.name, two.name);
    assert.deepEqual(resolve({ imageVolumes: "ignore" }).config.mounts, []);
  });

  it("publishes exposed ports that no mapping covers", () => {
    const { ports } = resolve({
      publishAll: true,
      expose: ["90-91/udp"],
      ports: [{ host: 8080, container: 80 }, { container: 81 }],
    }).config.network;
    assert.deepEqual(
      ports.map((p) => [p.hostPort, p.containerPort, p.protocol, p.range]),
      [
        [8080, 80, "tcp", 1],
        [0, 81, "tcp", 1],
        [0, 90, "udp", 1],
        [0, 91, "udp", 1],
      ],
    );
  });

  it("joins mappings that overlap and agree", () => {
    const { ports } = resolve({
      ports: [
        { host: 8080, container: 80, range: 5 },
        { host: 8083, container: 83, range: 10 },
        { host: 8080, container: 80 },
        { host: 8080, container: 90, protocol: "udp" },
        { host: 8080, container: 90, hostIp: "127.0.0.1" },
      ],
    }).config.network;
    assert.deepEqual(
      ports.map((p) => [p.hostPort, p.range]),
      [
        [8080, 13],
        [8080, 1],
        [8080, 1],
      ],
    );
  });

  it("drops ports where there is no bridge, and says so", () => {
    const { config, warnings } = resolve({ networks: [{ name: "host" }], ports: [{ host: 80, container: 80 }] });
    assert.deepEqual(config.network.ports, []);
    assert.match(warnings[0] ?? "", /^Port mappings have been discarded/);
  });

  it("numbers interfaces around those the user named", () => {
    const { attachments } = resolve({
      networks: [{ name: "bridge" }, { name: "a", interfaceName: "eth0" }, { name: "b", aliases: ["x"] }],
      networkAliases: ["all"],
    }).config.network;
    assert.deepEqual(
      attachments.map((a) => [a.network, a.interfaceName, a.aliases]),
      [
        ["minke", "eth1", ["all", CONTAINER_ID.slice(0, 12)]],
        ["a", "eth0", ["all", CONTAINER_ID.slice(0, 12)]],
        ["b", "eth2", ["x", "all", CONTAINER_ID.slice(0, 12)]],
      ],
    );
  });

  it("takes stop signal and health check from the image unless told otherwise", () => {
    const Healthcheck = { Test: ["CMD-SHELL", "true"], Interval: 5_000_000_000 };
    const run = { Cmd: ["x"], StopSignal: "SIGINT", Healthcheck };
    const image = { ...IMAGE, config: { ...IMAGE.config, config: run } };
    const { config } = resolve({}, { image });
    assert.equal(config.stopSignal, 2);
    assert.deepEqual(config.health, {
      probe: { kind: "shell", command: "true" },
      intervalSeconds: 5,
      timeoutSeconds: 30,
      startPeriodSeconds: 0,
      retries: 3,
      onFailure: "none",
    });
    const none = resolve({ health: "none", stopSignal: 9 }, { image }).config;
    assert.deepEqual([none.health, none.stopSignal], [undefined, 9]);
  });

  it("keeps the image's paths inside the container", () => {
    const run = { Cmd: ["x"], WorkingDir: "../../etc", Volumes: { "../../var": {}, "/": {} } };
    const { config } = resolve({}, { image: { ...IMAGE, config: { ...IMAGE.config, config: run } } });
    assert.deepEqual([config.workdir, config.mounts.map((m) => m.destination)], ["/etc", ["/var"]]);
  });

  it("runs a root file system without image", () => {
    const { config } = resolve({ rootfs: "/srv/root:O", command: ["sh"] });
    assert.deepEqual(config.rootfs, { kind: "path", path: "/srv/root", overlay: true });
    assert.match(messageFor({ rootfs: "root", command: ["sh"] }), /must be an absolute path/);
  });

  it("finds the name under which the image was asked for", () => {
    const image = { ...IMAGE, names: ["localhost/other:2", "docker.io/library/redis:latest"] };
    const nameFor = (ref: string) => {
      const { rootfs } = resolve({ image: ref }, { image }).config;
      return rootfs.kind === "image" ? rootfs.imageName : "";
    };
    assert.equal(nameFor("redis"), "docker.io/library/redis:latest");
    assert.equal(nameFor("eeee"), "localhost/other:2");
  });

  it("limits processes as configured, and the infra not at all", () => {
    assert.equal(resolve().config.resources.pidsLimit, 2048);
    assert.equal(resolve(limits({ pidsLimit: -1 })).config.resources.pidsLimit, -1);
    assert.deepEqual(podOf({ resources: { memory: 1 << 20 } }).infra.resources, {});
  });

  it("drops limits that the kernel lacks, with a warning", () => {
    const host = { ...HOST, blkioWeight: false };
    const { config, warnings } = resolve(limits({ blkioWeight: 100, cpuShares: 2 }), { host });
    assert.deepEqual([config.resources.blkioWeight, config.resources.cpuShares, warnings.length], [undefined, 2, 1]);
  });

  it("has a cgroup namespace on v2 only", () => {
    const host = { ...HOST, cgroupVersion: "v2" as const };
    assert.equal(resolve({}, { host }).config.namespaces.cgroup.mode, "private");
    assert.equal(resolve().config.namespaces.cgroup.mode, "host");
  });

  it("adds configured devices and volumes", () => {
    const config: SpecConfig = {
      ...CONFIG,
      devices: ["/dev/fuse"],
      volumes: ["/srv:/data:ro"],
      annotations: { k: "v" },
    };
    const made = resolve({}, { config }).config;
    assert.deepEqual(made.devices, [{ source: "/dev/fuse", destination: "/dev/fuse", permissions: "rwm" }]);
    assert.deepEqual(
      made.mounts.map((m) => [m.type, m.destination]),
      [["bind", "/data"]],
    );
    assert.equal(made.annotations["k"], "v");
  });

  it("uses systemd's names with the systemd manager", () => {
    const config: SpecConfig = { ...CONFIG, cgroupManager: "systemd" };
    assert.equal(resolve({}, { config }).config.cgroupParent, "machine.slice");
    assert.match(messageFor({ cgroupParent: "/foo" }, { config }), /did not receive systemd slice/);
  });
});
