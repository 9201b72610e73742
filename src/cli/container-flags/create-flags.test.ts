import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerCreateOptions } from "../../engine/api/container-options.ts";
import { fakeEngine } from "../testing/fake-engine.ts";
import { type RunCliOptions, runCli } from "../testing/run-cli.ts";

/** What every line gives. */
const ALWAYS = { image: "img", pull: "missing", cgroups: "enabled", imageVolumes: "bind" };

async function optionsOf(flags: readonly string[], host: RunCliOptions = {}): Promise<ContainerCreateOptions> {
  const { call, err } = await runCli(["create", ...flags, "img"], fakeEngine(), host);
  assert.equal(err, "");
  const { createCommand, ...options } = call("containers.create")[0] as ContainerCreateOptions;
  assert.deepEqual(createCommand, ["minke", "create", ...flags, "img"]);
  return options;
}

const translated: readonly (readonly [string, ContainerCreateOptions])[] = [
  ["", {}],
  [
    "--name web -h box -w /srv -u 1:2 -it",
    { name: "web", hostname: "box", workdir: "/srv", user: "1:2", stdinOpen: true, terminal: true },
  ],
  ["-e A=1 --env B=x=y -e NOPE -e FOUND -e PRE*", { env: { A: "1", B: "x=y", FOUND: "f", PREFIX: "p" } }],
  ["--env-file /e -e A=2", { env: { A: "2", C: "3" } }],
  ["--label a=b -l c --label-file /l", { labels: { z: "1", a: "b", c: "" } }],
  ["--annotation a=b", { annotations: { a: "b" } }],
  ["--entrypoint sh", { entrypoint: ["sh"] }],
  ['--entrypoint ["a","b"]', { entrypoint: ["a", "b"] }],
  ["--entrypoint=", { entrypoint: [] }],
  ["--stop-signal term --stop-timeout 3 --timeout 9", { stopSignal: 15, stopTimeout: 3, timeout: 9 }],
  ["--umask 027 --tz local", { umask: 0o27, timezone: "local" }],
  [
    "--init --init-path /i --http-proxy=false --env-host",
    { init: true, initPath: "/i", httpProxy: false, envHost: true },
  ],
  ["--unsetenv A --unsetenv-all", { unsetEnv: ["A"], unsetEnvAll: true }],
  [
    "-v /a:/b:ro -v ./c:/d -v data:/e --mount type=tmpfs,dst=/f --tmpfs /g:size=1m",
    {
      mounts: [
        { type: "bind", source: "/a", destination: "/b", options: ["ro"] },
        { type: "bind", source: "/work/c", destination: "/d" },
        { type: "volume", name: "data", destination: "/e" },
        { type: "tmpfs", destination: "/f" },
        { type: "tmpfs", destination: "/g", options: ["size=1m"] },
      ],
    },
  ],
  [
    "--volumes-from a:ro --image-volume tmpfs --shm-size 1m",
    { volumesFrom: ["a:ro"], imageVolumes: "tmpfs", shmSize: 1_048_576 },
  ],
  [
    "-p 8080:80 -p 127.0.0.1:53:53/udp -P --expose 90",
    {
      ports: [
        { host: 8080, container: 80 },
        { host: 53, container: 53, hostIp: "127.0.0.1", protocol: "udp" },
      ],
      publishAll: true,
      expose: ["90"],
    },
  ],
  ["--network host", { networks: [{ name: "host" }] }],
  [
    "--net n1 --network n2:ip=10.1.0.2,alias=x",
    { networks: [{ name: "n1" }, { name: "n2", ips: ["10.1.0.2"], aliases: ["x"] }] },
  ],
  [
    "--ip 10.1.0.3 --ip6 fd::3 --mac-address AA-BB-CC-DD-EE-FF --network-alias w",
    {
      networks: [{ name: "bridge", ips: ["10.1.0.3", "fd::3"], mac: "aa:bb:cc:dd:ee:ff" }],
      networkAliases: ["w"],
    },
  ],
  [
    "--dns 1.1.1.1 --dns-search . --dns-opt ndots:1 --add-host a:1.2.3.4",
    {
      dns: ["1.1.1.1"],
      dnsSearch: ["."],
      dnsOptions: ["ndots:1"],
      addHosts: ["a:1.2.3.4"],
    },
  ],
  ["--no-hosts", { noHosts: true }],
  [
    "--cap-add NET_ADMIN,SYS_TIME --cap-drop all --privileged --security-opt no-new-privileges",
    {
      capAdd: ["NET_ADMIN", "SYS_TIME"],
      capDrop: ["all"],
      privileged: true,
      securityOpt: ["no-new-privileges"],
    },
  ],
  ["--read-only --read-only-tmpfs=false", { readOnly: true, readOnlyTmpfs: false }],
  ["--device /dev/fuse:rw --device-cgroup-rule", {}],
  [
    "--ulimit nofile=1:2 --sysctl net.a=1 --group-add wheel --oom-score-adj -5",
    {
      ulimits: [{ name: "nofile", soft: 1, hard: 2 }],
      sysctls: { "net.a": "1" },
      groupAdd: ["wheel"],
      oomScoreAdj: -5,
    },
  ],
  [
    "--ipc host --pid container:x --uts private --userns host --cgroupns private",
    {
      namespaces: { ipc: "host", pid: "container:x", uts: "private", user: "host", cgroup: "private" },
    },
  ],
  [
    "--cpus 1.5 -m 64m --memory-swap -1 --pids-limit -1 -c 512 --cpuset-cpus 0-1",
    {
      resources: {
        cpuPeriod: 100_000,
        cpuQuota: 150_000,
        cpuShares: 512,
        cpusetCpus: "0-1",
        memory: 67_108_864,
        memorySwap: -1,
        pidsLimit: -1,
      },
    },
  ],
  [
    "--device-read-bps /dev/sda:1k --device-write-iops /dev/sda:5 --blkio-weight-device /dev/sda:10 --blkio-weight 20",
    {
      resources: {
        blkioWeight: 20,
        blkioWeightDevice: [{ path: "/dev/sda", weight: 10 }],
        readBps: [{ path: "/dev/sda", rate: 1024 }],
        writeIops: [{ path: "/dev/sda", rate: 5 }],
      },
    },
  ],
  [
    "--health-cmd true --health-interval 5s --health-retries 2 --health-on-failure kill",
    {
      health: {
        probe: { kind: "shell", command: "true" },
        intervalSeconds: 5,
        timeoutSeconds: 30,
        startPeriodSeconds: 0,
        retries: 2,
        onFailure: "kill",
      },
    },
  ],
  ["--no-healthcheck", { health: "none" }],
  [
    "--restart on-failure:3 --replace --name a",
    { restart: { name: "on-failure", maxRetries: 3 }, replace: true, name: "a" },
  ],
  [
    "--rm --pull always --tls-verify=false --authfile auth",
    { autoRemove: true, pull: "always", tlsVerify: false, authFile: "/work/auth" },
  ],
  [
    "--pod p --init-ctr once --requires a,b:healthy",
    {
      pod: "p",
      initContainer: "once",
      dependsOn: [{ container: "a" }, { container: "b", condition: "healthy" }],
    },
  ],
  [
    "--pod-id-file /pid --cidfile c --pidfile /p --conmon-pidfile /q",
    {
      pod: "abc",
      cidFile: "/work/c",
      pidFile: "/p",
      conmonPidFile: "/q",
    },
  ],
  [
    "--log-driver json-file --log-opt max-size=1m --log-opt tag=x",
    { log: { driver: "k8s-file", maxSize: 1_048_576, tag: "x" } },
  ],
  ["--platform linux/arm64/v8", { platform: { os: "linux", architecture: "arm64", variant: "v8" } }],
  ["--arch arm64 --os linux", { platform: { os: "linux", architecture: "arm64" } }],
  [
    "--cgroup-parent /x --cgroups disabled --uidmap 0:1:2 --gidmap 0:1:2",
    { cgroupParent: "/x", cgroups: "disabled", uidMap: ["0:1:2"], gidMap: ["0:1:2"] },
  ],
];

test("flags of create become create options", async () => {
  const files = { "/e": "A=1\nC=3\n", "/l": "# no\nz=1\n", "/pid": "abc\nmore\n" };
  for (const [line, expected] of translated) {
    const flags = line === "" ? [] : line.split(" ");
    // A flag with an empty value cannot be written in a line that is split at blanks.
    const full = flags.at(-1) === "--device-cgroup-rule" ? [...flags, "c 1:3 r"] : flags;
    const extra =
      full === flags
        ? {}
        : {
            devices: [{ source: "/dev/fuse", destination: "/dev/fuse", permissions: "rw" }],
            deviceCgroupRules: ["c 1:3 r"],
          };
    const options = await optionsOf(full, { files, env: { FOUND: "f", PREFIX: "p" } });
    assert.deepEqual(options, { ...ALWAYS, ...expected, ...extra }, line);
  }
});

test("arguments behind the image are the command, whatever they look like", async () => {
  const { call } = await runCli(["create", "-t", "img", "ls", "--name", "-t"]);
  const options = call("containers.create")[0] as ContainerCreateOptions;
  assert.deepEqual([options.image, options.command, options.terminal], ["img", ["ls", "--name", "-t"], true]);
});

test("--rootfs takes a path instead of an image", async () => {
  const { call } = await runCli(["create", "--rootfs", "root:O", "sh"]);
  const options = call("containers.create")[0] as ContainerCreateOptions;
  assert.deepEqual([options.image, options.rootfs, options.command], [undefined, "/work/root:O", ["sh"]]);
});

const refused: readonly (readonly [readonly string[], string])[] = [
  [["-v", "/a:/b:foo"], 'invalid option type "foo"'],
  [["-v", "/a:/x", "--tmpfs", "/x"], "/x: duplicate mount destination"],
  [["-p", "80:a"], 'parsing container port: invalid port number: strconv.Atoi: parsing "a": invalid syntax'],
  [["--memory", "abc"], "invalid value for memory: invalid size: 'abc'"],
  [["--shm-size", "abc"], "unable to translate --shm-size: invalid size: 'abc'"],
  [["--memory-swappiness", "101"], "invalid value: 101, valid memory swappiness range is 0-100"],
  [["--cpus", "1", "--cpu-quota", "5"], "--cpu-quota and --cpus cannot be set together"],
  [["--blkio-weight", "x"], 'invalid value for blkio-weight: strconv.ParseUint: parsing "x": invalid syntax'],
  [["--label", "=b"], 'unable to process labels: invalid label format: "=b"'],
  [["--label-file", "/no"], "unable to process labels: open /no: no such file or directory"],
  [["--env-file", "/no"], 'parsing env file "/no": open /no: no such file or directory'],
  [["-e", "=b"], 'invalid environment variable: "=b"'],
  [["--annotation", "a"], "annotations must be formatted KEY=VALUE"],
  [["--sysctl", "a"], "a is invalid, sysctl values must be in the form of KEY=VALUE"],
  [["--dns", "a"], "a is not an ip address"],
  [["--dns", "none,1.1.1.1"], "none is not allowed to be specified with other DNS ip addresses"],
  [["--dns-search", "a b"], "a b is not a valid domain"],
  [["--no-hosts", "--add-host", "a:1.2.3.4"], "--no-hosts and --add-host cannot be set together"],
  [["--network", "host", "--ip", "1.2.3.4"], "--ip can only be set when the network mode is bridge: invalid argument"],
  [
    ["--network", "a", "--network", "b", "--mac-address", "x"],
    "--mac-address can only be set for a single network: invalid argument",
  ],
  [
    ["--network", "host", "--network-alias", "a"],
    "--network-alias can only be set when the network mode is bridge: invalid argument",
  ],
  [
    ["--restart", "always", "--rm"],
    'the --rm option conflicts with --restart, when the restartPolicy is not "" and "no"',
  ],
  [["--restart", "foo"], 'running container create option: "foo" is not a valid restart policy: invalid argument'],
  [["--replace"], "cannot replace container without --name being set"],
  [["--cidfile", "/there"], "container id file exists. Ensure another container is not using it or delete /there"],
  [["--pull", "foo"], 'unsupported pull policy "foo"'],
  [["--image-volume", "foo"], 'invalid image volume mode "foo" required value: bind, tmpfs, ignore'],
  [["--init-ctr", "once"], "must specify pod value with init-ctr"],
  [["--pod", "p", "--init-ctr", "x"], "init-ctr value must be 'always' or 'once'"],
  [["--pod", "new:"], "new pod name must be at least one character"],
  [["--pod", "p", "--pod-id-file", "/x"], "cannot specify both --pod and --pod-id-file"],
  [["--pod-id-file", "/no"], "reading pod ID file: open /no: no such file or directory"],
  [["--requires", "a:x"], 'invalid condition "x" in --requires a:x: must be one of started, healthy, ready, completed'],
  [["--umask", "999"], "running container create option: invalid umask string 999: invalid argument"],
  [["--stop-signal", "foo"], "invalid signal: foo"],
  [["--log-driver", "journald"], "log driver journald is not supported: use k8s-file, none or passthrough"],
  [["--log-driver", "foo"], "running container create option: invalid log driver: invalid argument"],
  [["--cgroups", "foo"], 'running container create option: invalid cgroup mode "foo": invalid argument'],
  [["--no-healthcheck", "--health-cmd", "x"], "cannot specify both --no-healthcheck and --health-cmd"],
  [["--platform", "a/b", "--arch", "c"], "--platform option can not be specified with --arch or --os"],
  [["--secret", "x"], "--secret is not supported yet"],
  [["--systemd", "always"], "--systemd=always is not supported yet"],
];

test("flags that make no sense are refused with podman's texts, before anything is created", async () => {
  for (const [flags, message] of refused) {
    const fake = fakeEngine();
    const { code, err } = await runCli(["create", ...flags, "img"], fake, { files: { "/there": "" } });
    assert.equal(err, `Error: ${message}\n`, flags.join(" "));
    assert.equal(code, 125);
    assert.deepEqual(fake.calls, [], flags.join(" "));
  }
});
