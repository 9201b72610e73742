import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { EngineCli } from "../support/engine-cli.ts";
import { openSandbox } from "../support/minke.ts";

/** Arguments, exit code, and what standard error says after `Error: ` (as podman 4.3.1 has them). */
type Case = readonly [argv: string, code: number, message: RegExp];

const NAME_RULE = /names must match \[a-zA-Z0-9\]\[a-zA-Z0-9_\.-\]\*: invalid argument/;
const NO_CONTAINER = /no container with name or ID "nosuch" found: no such container/;
const NO_POD = /no pod with name or ID nosuch found: no such pod/;
const NO_IMAGE = /nosuch: image not known/;

// Arguments are split at spaces; `_` stands for a space inside one.
const CASES: readonly Case[] = [
  ["nosuch", 125, /unrecognized command `\w+ nosuch`\nTry '\w+ --help' for more information/],
  ["--nosuch ps", 125, /unknown flag: --nosuch\nSee '\w+ --help'/],
  ["ps --nosuch", 125, /unknown flag: --nosuch\nSee '\w+ ps --help'/],
  ["run", 125, /requires at least 1 arg\(s\), only received 0/],
  ["run --name bad_name busybox true", 125, NAME_RULE],
  ["create --name a/b busybox", 125, NAME_RULE],
  ["run --pull never nosuch true", 125, NO_IMAGE],
  ["run --pull sometimes busybox", 125, /unsupported pull policy "sometimes"/],
  ["create UPPER:tag", 125, /repository name must be lowercase/],
  ["create busybox:b@d", 125, /invalid reference format/],
  ["run -p 99999:80 busybox", 125, /port numbers must be between 1 and 65535 \(inclusive\), got 99999/],
  ["run -p abc busybox", 125, /invalid port number: .*"abc"/],
  ["run -p 80:0 busybox", 125, /port numbers must be between 1 and 65535 \(inclusive\), got 0/],
  ["run -p 1:2:3:4 busybox", 125, /invalid port format - format is \[\[hostIP:\]hostPort:\]containerPort/],
  ["run -p 10-12:80-81 busybox", 125, /host and container port ranges have different lengths: 3 vs 2/],
  ["run -p 80/xyz busybox", 125, /unrecognized protocol "xyz" in port mapping/],
  ["run -v /nosuch/dir:/x busybox true", 125, /statfs \/nosuch\/dir: no such file or directory/],
  ["run -v relative busybox true", 125, /invalid container path "relative", must be an absolute path/],
  ["run -v /tmp:rel busybox true", 125, /invalid container path "rel", must be an absolute path/],
  ["run -v /tmp:/x:badopt busybox true", 125, /invalid option type "badopt"/],
  ["run -v /a:/b:ro:z busybox", 125, /\/a:\/b:ro:z: incorrect volume format/],
  ["run --mount type=bind busybox true", 125, /must set volume destination/],
  ["run --mount type=nosuch,dst=/x busybox true", 125, /invalid filesystem type "nosuch"/],
  ["run --mount type=bind,src=/tmp,dst=/x,foo=bar busybox true", 125, /foo: invalid mount option/],
  ["run --mount foo busybox", 125, /incorrect mount format: should be --mount type=<bind\|tmpfs\|volume>/],
  ["run --mount type=bind,src=/nosuch,dst=/x busybox true", 125, /statfs \/nosuch: no such file or directory/],
  ["run --tmpfs rel busybox true", 125, /invalid container path "rel", must be an absolute path/],
  ["run --env-file /nosuch busybox true", 125, /\/nosuch.*no such file or directory/],
  ["run --env-file /tmp busybox true", 125, /\/tmp.*is a directory/],
  ["run -m lots busybox", 125, /invalid value for memory: invalid size: 'lots'/],
  ["run --cpus x busybox", 125, /invalid argument "x" for "--cpus" flag/],
  ["run --pids-limit x busybox", 125, /invalid argument "x" for "--pids-limit" flag/],
  ["run --shm-size x busybox", 125, /unable to translate --shm-size: invalid size: 'x'/],
  ["run --ulimit x busybox true", 125, /ulimit option "x" requires name=SOFT:HARD/],
  ["run --ulimit nosuch=1 busybox true", 125, /invalid ulimit type: nosuch/],
  ["run --sysctl x busybox true", 125, /x is invalid, sysctl values must be in the form of KEY=VALUE/],
  ["run --cap-add NOSUCH busybox true", 125, /"CAP_NOSUCH": unknown capability/],
  ["run --security-opt nosuch busybox true", 125, /invalid --security-opt 1: "nosuch"/],
  ["run --rm --user nosuch busybox true", 126, /unable to find user nosuch: no matching entries in passwd file/],
  ["run --rm --workdir /nosuch busybox true", 126, /workdir "\/nosuch" does not exist on container/],
  ["run --restart sometimes busybox true", 125, /restart policy.*"sometimes"|"sometimes".*restart policy/],
  ["run --stop-signal NOSUCH busybox", 125, /invalid signal: NOSUCH/],
  ["run --network nosuch busybox true", 125, /unable to find network with name or ID nosuch: network not found/],
  ["run --ip 999.1.1.1 busybox true", 125, /"999\.1\.1\.1" is not an ip address/],
  ["run --dns x busybox true", 125, /x is not an ip address/],
  ["run --add-host x busybox true", 125, /bad format for add-host: "x"/],
  ["run --device /dev/nosuch busybox true", 125, /stat \/dev\/nosuch: no such file or directory/],
  ["run --pod nosuch busybox true", 125, NO_POD],
  ["run --requires nosuch busybox true", 125, /"nosuch" is not a valid container, cannot be used as a dependency/],
  ["start", 125, /start requires at least one argument/],
  ["start nosuch", 125, NO_CONTAINER],
  ["stop", 125, /you must provide at least one name or id/],
  ["stop nosuch", 125, NO_CONTAINER],
  ["stop -t x nosuch", 125, /invalid argument "x" for "-t, --time" flag/],
  ["kill nosuch", 125, NO_CONTAINER],
  ["kill --signal NOSUCH x", 125, /invalid signal: NOSUCH/],
  ["rm", 125, /you must provide at least one name or id/],
  ["rm nosuch", 1, NO_CONTAINER],
  ["rm -a x", 125, /no arguments are needed with --all/],
  ["exec nosuch true", 125, NO_CONTAINER],
  ["exec", 125, /exec requires the name or ID of a container or the --latest flag/],
  ["logs nosuch", 125, NO_CONTAINER],
  ["logs", 125, /specify at least one container name or ID to log/],
  ["wait nosuch", 125, NO_CONTAINER],
  ["inspect nosuch", 125, /inspecting object: no such object: "nosuch"/],
  ["pause nosuch", 125, NO_CONTAINER],
  ["restart nosuch", 125, NO_CONTAINER],
  ["attach nosuch", 125, NO_CONTAINER],
  ["ps --filter nosuch=x", 125, /nosuch is an invalid filter/],
  ["ps --filter x", 125, /filter.* "?x"?/],
  ["ps extra", 125, /`\w+ ps` takes no arguments/],
  ["ps --sort x", 125, /invalid argument "x" for "--sort" flag: "x" is not a valid value/],
  ["pod", 125, /missing command '\w+ pod COMMAND'/],
  ["pod nosuch", 125, /unrecognized command `\w+ pod nosuch`\nTry '\w+ pod --help' for more information/],
  ["pod create a b", 125, /accepts at most 1 arg\(s\), received 2/],
  ["pod create --name bad_name", 125, NAME_RULE],
  [
    "pod create --share x",
    125,
    /invalid kernel namespace to share: x\. Options are: cgroup, ipc, net, pid, uts or none/,
  ],
  ["pod create --exit-policy x", 125, /invalid pod exit policy: "x"/],
  ["pod create -p x", 125, /invalid port number: .*"x"/],
  ["pod create --network nosuch", 125, /unable to find network with name or ID nosuch: network not found/],
  ["pod create --infra=false -p 80", 125, /you must have an infra container to publish port bindings to the host/],
  ["pod start", 125, /you must provide at least one name or id/],
  ["pod start nosuch", 125, NO_POD],
  ["pod stop nosuch", 125, NO_POD],
  ["pod rm nosuch", 1, NO_POD],
  ["pod inspect nosuch", 125, /no such pod/],
  ["pod kill nosuch", 125, NO_POD],
  ["pod ps --filter nosuch=1", 125, /nosuch is an invalid filter/],
  ["image inspect nosuch", 125, NO_IMAGE],
  ["rmi nosuch", 1, NO_IMAGE],
  ["rmi", 125, /image name or ID must be specified/],
  ["tag nosuch x", 125, NO_IMAGE],
  ["tag busybox BAD_NAME", 125, /"BAD NAME"/],
  ["history nosuch", 125, NO_IMAGE],
  ["save -o /nosuch/x.tar nosuch", 125, /nosuch/],
  ["load -i /nosuch", 125, /\/nosuch: no such file or directory/],
  ["load -i /etc/passwd", 125, /\/etc\/passwd|payload does not match any of the supported image formats/],
  ["import /nosuch", 125, /\/nosuch: no such file or directory/],
  ["import --change NOSUCH_x /etc/passwd", 125, /invalid change "NOSUCH x" - invalid instruction NOSUCH/],
  ["pull docker-archive:/nosuch", 125, /\/nosuch.*no such file or directory/],
  ["pull", 125, /requires at least 1 arg\(s\), only received 0/],
  ["volume inspect nosuch", 125, /no such volume/],
  ["volume rm nosuch", 1, /no volume with name "nosuch" found: no such volume/],
  ["volume create bad_name", 125, NAME_RULE],
  ["network inspect nosuch", 125, /unable to find network with name or ID nosuch: network not found/],
  ["network rm nosuch", 1, /unable to find network with name or ID nosuch: network not found/],
  ["network create --subnet x n", 125, /invalid CIDR address: x/],
  ["network create bad/name", 125, NAME_RULE],
  ["container nosuch", 125, /unrecognized command `\w+ container nosuch`/],
  ["port nosuch", 125, NO_CONTAINER],
];

let engine: EngineCli;
before(async () => {
  engine = await openSandbox();
});
after(() => engine[Symbol.asyncDispose]());

for (const [argv, code, message] of CASES)
  test(`refuses: ${argv}`, async () => {
    const stderr = await engine.fails(code, ...argv.split(" ").map((word) => word.replaceAll("_", " ")));
    assert.match(stderr, new RegExp(`^Error: .*${message.source}`, "s"));
  });

test("what is missing is no error where the command says so", async () => {
  for (const argv of [
    ["rm", "-f"],
    ["rm", "--ignore"],
    ["pod", "rm", "-f"],
    ["pod", "rm", "--ignore"],
  ])
    await engine.ok(...argv, "nosuch");
  for (const noun of ["container", "pod", "image", "network", "volume"])
    assert.equal(await engine.fails(1, noun, "exists", "nosuch"), "");
});

test("nothing half-made is left of what was refused", async () => {
  for (const list of [
    ["ps", "-aq"],
    ["pod", "ps", "-q"],
    ["volume", "ls", "-q"],
  ])
    assert.equal(await engine.ok(...list), "", list.join(" "));
});
