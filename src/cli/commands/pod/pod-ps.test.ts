import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const NOW = Date.UTC(2026, 10, 30, 12);

const pod = (seed: string, name: string, extra: object = {}) => ({
  config: {
    id: testId(seed),
    name,
    createdAt: NOW - 3_000 * Number.parseInt(seed, 16),
    labels: {},
    cgroupParent: "/minke_parent",
    sharing: { pid: false },
  },
  status: "Created",
  members: [],
  networks: [],
  ...extra,
});

const member = (seed: string, name: string, status = "running") => ({ id: testId(seed), name, status, isInit: false });

const WEB = pod("b", "web", {
  status: "Running",
  members: [member("d", "app"), member("c", "infra")],
  networks: ["minke"],
});
const PODS = [{ ...WEB, config: { ...WEB.config, infraId: testId("c"), labels: { tier: "front" } } }, pod("a", "db")];

const listing = () => fakeEngine({ "pods.list": async () => PODS });
const ps = async (...args: readonly string[]) => await runCli(["pod", "ps", ...args], listing(), { now: NOW });

test("the table", async () => {
  assert.equal(
    (await ps()).out,
    [
      "POD ID        NAME        STATUS      CREATED         INFRA ID      # OF CONTAINERS",
      "aaaaaaaaaaaa  db          Created     30 seconds ago                0",
      "bbbbbbbbbbbb  web         Running     33 seconds ago  cccccccccccc  2",
      "",
    ].join("\n"),
  );
  const wide = await ps("--ctr-ids", "--ctr-names", "--ctr-status", "--ns", "--sort", "name", "--noheading");
  assert.deepEqual(
    wide.out.split("\n").map((line) => line.split(/ {2,}/)),
    [
      ["aaaaaaaaaaaa", "db", "Created", "30 seconds ago", "/minke_parent", ""],
      [
        "bbbbbbbbbbbb",
        "web",
        "Running",
        "33 seconds ago",
        "cccccccccccc",
        "cccccccccccc,dddddddddddd",
        "infra,app",
        "running,running",
        "/minke_parent",
        "",
      ],
      [""],
    ],
  );
});

test("ids only, whole ids, order", async () => {
  assert.equal((await ps("-q")).out, `${testId("a")}\n${testId("b")}\n`);
  assert.match((await ps("--no-trunc")).out, new RegExp(`${testId("b")}.*${testId("c")}`));
  for (const [sort, first] of [
    ["created", "db"],
    ["id", "db"],
    ["name", "db"],
    ["number", "db"],
    ["status", "db"],
  ])
    assert.equal((await ps("--sort", sort ?? "", "--format", "{{.Name}}")).out.split("\n")[0], first);
});

test("formats", async () => {
  assert.equal(
    (await ps("--format", 'table {{.ID}} {{.Labels}}\\t{{.ContainerNames}} {{.Label "tier"}}')).out,
    [
      "POD ID        LABELS           NAMES       LABEL",
      "aaaaaaaaaaaa  map[]                        ",
      "bbbbbbbbbbbb  map[tier:front]  infra,app   front",
      "",
    ].join("\n"),
  );
  const json = JSON.parse((await ps("--format", "json")).out);
  assert.deepEqual(json[1], {
    Cgroup: "/minke_parent",
    Containers: [
      { Id: testId("c"), Names: "infra", Status: "running" },
      { Id: testId("d"), Names: "app", Status: "running" },
    ],
    Created: "2026-11-30T11:59:27Z",
    Id: testId("b"),
    InfraId: testId("c"),
    Name: "web",
    Namespace: "",
    Networks: ["minke"],
    Status: "Running",
    Labels: { tier: "front" },
  });
});

test("filters go to the engine, several values of a key together", async () => {
  const result = await ps("-f", "status=running,name=a", "--filter", "name=b", "--filter", "Label=x=y");
  assert.deepEqual(result.call("pods.list"), [{ filters: { status: ["running"], name: ["a", "b"], label: ["x=y"] } }]);
  assert.deepEqual((await ps("--latest")).call("pods.list"), [{ latest: true }]);
});

test("bad flags are refused in podman's words", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["-q", "--format", "x"], "quiet and format cannot be used together"],
    [["--sort", "nope"], "invalid option for --sort, options are: id, names, or number"],
    [["--sort", "constructor"], "invalid option for --sort, options are: id, names, or number"],
    [["--filter", "nope"], "filter input must be in the form of filter=value: nope is invalid"],
    [
      ["--format", "{{.Nope}}"],
      'template: ps:1:13: executing "ps" at <.Nope>: can\'t evaluate field Nope in type pods.ListPodReporter',
    ],
    [["x"], "`minke pod ps` takes no arguments"],
  ];
  for (const [args, message] of cases) {
    const { code, err, out } = await ps(...args);
    assert.deepEqual([code, err, out], [125, `Error: ${message}\n`, ""]);
  }
});

test("latest without any pod is an error", async () => {
  const { code, err } = await runCli(["pod", "ps", "--latest"]);
  assert.deepEqual([code, err], [125, "Error: no such pod\n"]);
});
