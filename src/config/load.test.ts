import assert from "node:assert/strict";
import { test } from "node:test";
import { HostError } from "../base/host-error.ts";
import type { EngineConfig } from "./config.ts";
import { type ConfigDeps, loadConfig } from "./load.ts";

/** Files by path; a text of `denied` may not be read. */
function filesOf(tree: Readonly<Record<string, string>>): ConfigDeps["files"] & { readonly read: string[] } {
  const read: string[] = [];
  return {
    read,
    readTextIfExists: (path) => {
      read.push(path);
      if (tree[path] === "denied") throw new HostError("EACCES", "open", path);
      return tree[path];
    },
    list: (directory) => {
      const names = Object.keys(tree).filter((path) => path.startsWith(`${directory}/`));
      if (names.length === 0) throw new HostError("ENOENT", "readdir", directory);
      return names.map((path) => path.slice(directory.length + 1)).sort();
    },
  };
}

const ROOT = { euid: 0, env: {}, cwd: "/work", cpus: 4 };

function load(tree: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): EngineConfig {
  return loadConfig({ files: filesOf(tree), system: { ...ROOT, env } }, {});
}

const SHARED = "/usr/share/containers/containers.conf";
const ETC = "/etc/containers/containers.conf";
const DROP_IN = "/etc/containers/containers.conf.d";

test("without files the defaults are podman's, in places of our own", () => {
  const config = load({});
  assert.equal(config.root, "/var/lib/minke");
  assert.equal(config.runRoot, "/run/minke");
  assert.equal(config.networkRunDir, "/run/minke/networks");
  assert.equal(config.maxWorkers, 13);
  assert.equal(config.pidsLimit, 2048);
  assert.equal(config.shmSize, 65_536_000);
  assert.equal(config.stopTimeout, 10);
  assert.equal(config.umask, 0o022);
  assert.equal(config.cgroupManager, "auto");
  assert.equal(config.runtime, undefined);
  assert.equal(config.defaultCapabilities.length, 11);
  assert.deepEqual(config.defaultSysctls, { "net.ipv4.ping_group_range": "0 0" });
  assert.equal(config.defaultNetwork, "minke");
  assert.equal(config.logMaxSize, undefined);
  assert.ok(config.runtimes["crun"]?.includes("/usr/bin/crun"));
  assert.ok(config.netavarkPaths.includes("/usr/lib/podman/netavark"));
  assert.ok(config.initPaths.includes("/usr/bin/catatonit"));
  assert.deepEqual(config.sources, []);
  assert.ok(Object.isFrozen(config));
  assert.ok(Object.isFrozen(config.defaultSysctls));
});

test("later files win key by key, tables are joined", () => {
  const config = load({
    [SHARED]: '[containers]\npids_limit = 1\nenv = ["A=1"]\numask = "0077"\n[engine.runtimes]\ncrun = ["/s/crun"]\n',
    [ETC]: '# comment\n[containers]\npids_limit = 2\nannotations = ["k=v=w", "bare"]\n',
    [`${DROP_IN}/20.conf`]: '[containers]\nenv = ["C=3"]\n[engine.runtimes]\nmine = ["/m"]\n',
    [`${DROP_IN}/10.conf`]: '[containers]\npids_limit = 3\nenv = ["B=2", {append = true}]\n',
    [`${DROP_IN}/ignored.txt`]: "not toml",
  });
  assert.equal(config.pidsLimit, 3);
  assert.deepEqual(config.env, ["C=3"]);
  assert.equal(config.umask, 0o077);
  assert.deepEqual(config.annotations, { k: "v=w", bare: "" });
  assert.deepEqual(config.runtimes["crun"], ["/s/crun"]);
  assert.deepEqual(config.runtimes["mine"], ["/m"]);
  assert.ok(config.runtimes["runc"]?.includes("/usr/sbin/runc"));
  assert.deepEqual(config.sources, [SHARED, ETC, `${DROP_IN}/10.conf`, `${DROP_IN}/20.conf`]);
});

test("{append = true} adds to what weaker files say", () => {
  const config = load({
    [SHARED]: '[containers]\nvolumes = ["/a:/a"]\n',
    [ETC]: '[containers]\nvolumes = ["/b:/b", {append = true}]\n',
  });
  assert.deepEqual(config.volumes, ["/a:/a", "/b:/b"]);
});

test("$CONTAINERS_CONF replaces all files, $CONTAINERS_CONF_OVERRIDE comes on top", () => {
  const tree = {
    [ETC]: "[containers]\npids_limit = 2\n",
    "/mine.conf": "[containers]\nlog_size_max = 9000\n",
    "/work/top.conf": "[containers]\nlog_size_max = 10000\n",
  };
  const alone = load(tree, { CONTAINERS_CONF: "/mine.conf" });
  assert.equal(alone.pidsLimit, 2048);
  assert.equal(alone.logMaxSize, 9000);
  const both = load(tree, { CONTAINERS_CONF_OVERRIDE: "top.conf" });
  assert.equal(both.pidsLimit, 2);
  assert.equal(both.logMaxSize, 10_000);
  assert.throws(() => load(tree, { CONTAINERS_CONF: "/none" }).pidsLimit, /\/none: no such file/);
});

test("the command line wins over files", () => {
  const tree = { [ETC]: '[engine]\nruntime = "runc"\ncgroup_manager = "systemd"\nconmon_path = ["/c"]\n' };
  const deps = { files: filesOf(tree), system: ROOT };
  assert.equal(loadConfig(deps, {}).runtime, "runc");
  assert.equal(loadConfig(deps, {}).cgroupManager, "systemd");
  assert.deepEqual(loadConfig(deps, {}).conmonPaths, ["/c"]);
  const config = loadConfig(deps, {
    root: "state",
    runRoot: "/r/",
    runtime: "crun",
    cgroupManager: "cgroupfs",
    conmon: "/x/conmon",
    networkCmdPath: "/x/netavark",
    maxWorkers: 2,
  });
  assert.deepEqual(
    [config.root, config.runRoot, config.runtime, config.cgroupManager, config.maxWorkers],
    ["/work/state", "/r", "crun", "cgroupfs", 2],
  );
  assert.deepEqual([config.conmonPaths, config.netavarkPaths], [["/x/conmon"], ["/x/netavark"]]);
  assert.throws(() => loadConfig(deps, { maxWorkers: 0 }), /at least 1/);
});

test("values are read as podman reads them", () => {
  const config = load({
    [ETC]: `[containers]
default_capabilities = ["net_raw", "CAP_CHOWN", "CHOWN"]
default_ulimits = ["nofile=1024:2048", "nproc=-1"]
default_sysctls = ["net.ipv4.ip_forward=1"]
shm_size = "10m"
pids_limit = -1
log_size_max = -1
log_driver = "journald"
init_path = "/i"
tz = ""
[engine]
infra_command = "/pause -x"
pod_exit_policy = "stop"
helper_binaries_dir = ["/h"]
[network]
default_network = "podman"
default_subnet = "10.88.0.0/16"
default_subnet_pools = [{base = "10.1.0.0/16", size = 24}]
minke_setup = "netavark"
[secrets]
driver = "file"
`,
  });
  assert.deepEqual(config.defaultCapabilities, ["CAP_CHOWN", "CAP_NET_RAW"]);
  assert.deepEqual(config.defaultUlimits, [
    { name: "nofile", soft: 1024, hard: 2048 },
    { name: "nproc", soft: -1, hard: -1 },
  ]);
  assert.deepEqual(config.defaultSysctls, { "net.ipv4.ip_forward": "1" });
  assert.equal(config.shmSize, 10_000_000);
  assert.equal(config.pidsLimit, 0);
  assert.equal(config.logMaxSize, undefined);
  assert.equal(config.logDriver, "k8s-file");
  assert.deepEqual(config.initPaths, ["/i"]);
  assert.equal(config.timezone, undefined);
  assert.deepEqual(config.infraCommand, ["/pause", "-x"]);
  assert.equal(config.podExitPolicy, "stop");
  assert.equal(config.networkSetup, "netavark");
  assert.equal(config.netavarkPaths[0], "/h/netavark");
  assert.equal(config.defaultNetwork, "minke");
  assert.equal(config.defaultSubnet, "10.87.0.0/16");
  assert.deepEqual(config.subnetPools, [{ base: "10.1.0.0/16", size: 24 }]);
});

test("a bad value names file and key", () => {
  const cases: readonly (readonly [string, (config: EngineConfig) => unknown, RegExp])[] = [
    ["[containers]\npids_limit = 'x'", (c) => c.pidsLimit, /pids_limit must be an integer, not "x"/],
    ["[containers]\nenv = 'x'", (c) => c.env, /env must be a list of strings/],
    ["[containers]\nenv = [1]", (c) => c.env, /env must be a list of strings/],
    ["[containers]\ninit = 1", (c) => c.init, /init must be true or false/],
    ["[containers]\ntz = 1", (c) => c.timezone, /tz must be a string/],
    ["containers = 1", (c) => c.timezone, /containers must be a table/],
    ["[containers]\numask = '99'", (c) => c.umask, /umask = "99": must be an octal mode/],
    ["[containers]\nshm_size = '0'", (c) => c.shmSize, /shm_size = "0": must be a size/],
    ["[containers]\nlog_size_max = 5", (c) => c.logMaxSize, /at least 8192/],
    ["[containers]\nlog_driver = 'syslog'", (c) => c.logDriver, /must be one of k8s-file/],
    ["[containers]\ndefault_ulimits = ['nofile']", (c) => c.defaultUlimits, /nofile/],
    ["[engine]\nstop_timeout = -1", (c) => c.stopTimeout, /must not be negative/],
    ["[engine]\nruntimes = 1", (c) => c.runtimes, /runtimes must be a table/],
    ["[engine.runtimes]\nx = 1", (c) => c.runtimes, /engine\.runtimes\.x must be a list/],
    ["[network]\ndefault_subnet_pools = [{base = 1}]", (c) => c.subnetPools, /default_subnet_pools/],
    [
      '[network]\nminke_setup = "other"',
      (c) => c.networkSetup,
      /minke_setup = "other": must be one of rtnetlink, netavark/,
    ],
    ["[network]\ndefault_subnet_pools = [1]", (c) => c.subnetPools, /a list of tables/],
  ];
  for (const [text, look, message] of cases) {
    assert.throws(() => look(load({ [ETC]: text })), { code: "INVALID_ARGUMENT", message }, text);
    assert.throws(() => look(load({ [ETC]: text })), new RegExp(`^EngineError: ${ETC}`), text);
  }
});

test("a malformed or unreadable file is named with its line", () => {
  const text = "# one\n# two\n[containers]\npids_limit = \n";
  assert.throws(() => load({ [ETC]: text }).pidsLimit, {
    code: "INVALID_ARGUMENT",
    message: /^\/etc\/containers\/containers\.conf, line 4, column \d+: ./,
  });
  assert.throws(() => load({ [ETC]: "denied" }).env, { code: "INVALID_ARGUMENT", message: /containers\.conf: EACCES/ });
});

test("a comment sign in a multi-line string is no comment", () => {
  const config = load({ [ETC]: '[containers]\nlog_tag = """a\n#b"""\n' });
  assert.equal(config.logTag, "a\n#b");
});

test("no file is read before a value needs it, and none twice", () => {
  const files = filesOf({ [ETC]: "[containers]\npids_limit = 7\n" });
  const config = loadConfig({ files, system: ROOT }, {});
  assert.equal(config.maxWorkers, 13);
  assert.equal(files.read.length, 0);
  assert.equal(config.pidsLimit, 7);
  const count = files.read.length;
  assert.equal(config.stopTimeout, 10);
  assert.equal(files.read.length, count);
  assert.ok(!files.read.some((path) => path.includes("registries")));
});

test("an ordinary user's places follow the XDG directories", () => {
  const user = (env: Readonly<Record<string, string>>, tree: Readonly<Record<string, string>> = {}) =>
    loadConfig({ files: filesOf(tree), system: { ...ROOT, euid: 1000, env } }, {});
  const plain = user({ HOME: "/home/user" });
  assert.deepEqual([plain.root, plain.runRoot], ["/home/user/.local/share/minke", "/run/user/1000/minke"]);
  const xdg = user({ HOME: "/home/user", XDG_DATA_HOME: "/d", XDG_RUNTIME_DIR: "/r", XDG_CONFIG_HOME: "relative" });
  assert.deepEqual([xdg.root, xdg.runRoot], ["/d/minke", "/r/minke"]);
  const own = {
    "/home/user/.config/containers/containers.conf": "[containers]\npids_limit = 5\n",
    [ETC]: "[containers]\npids_limit = 6\n",
  };
  assert.equal(user({ HOME: "/home/user" }, own).pidsLimit, 5);
  assert.throws(() => user({}), /HOME is not set/);
  const given = loadConfig({ files: filesOf({}), system: { ...ROOT, euid: 1000 } }, { root: "/a", runRoot: "/b" });
  assert.equal(given.root, "/a");
});
