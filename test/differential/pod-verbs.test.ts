/** Every verb on pods whose members are in every state. */
import { differs, type Scenario } from "./scenario.ts";
import { compareWithPodman } from "./side-by-side.ts";

const SLEEP = "--stop-timeout 0 busybox sleep 1000";
const POD = "pod create --network none --name p";
const member = (name: string, options = "") => `create --pod p --name ${name} ${options} ${SLEEP}`;
const RUNNING_POD = [POD, member("a"), member("b"), "pod start p"];
/** Members that are running, paused, exited with a code, and created; infra runs. */
const MIXED_POD = [
  POD,
  member("running"),
  member("paused"),
  "create --pod p --name exited busybox sh -c 'exit 3'",
  "pod start p",
  "wait exited",
  "@until exited exited",
  "pause paused",
  member("created"),
  "@states",
];

const WITHOUT_INFRA = "a pod without infra has its cgroup as well (podman 4.7)";
const EARLY_INIT = "members are created in the runtime while those they require are being started";
const MEMBERS_LINES = "a line for each container (podman 4.6)";

const SCENARIOS: readonly Scenario[] = [
  {
    name: "a pod is created, started, stopped, started again and removed",
    steps: [
      ...RUNNING_POD,
      "@states",
      "pod stop p",
      "@states",
      "pod start p",
      "pod stop -t 0 p",
      "pod rm p",
      "pod exists p",
    ],
  },
  { name: "start of a running pod", steps: [...RUNNING_POD, "pod start p", "@states"] },
  { name: "start of an empty pod starts its infra container", steps: [POD, "pod start p", "pod inspect p"] },
  {
    name: "start and restart of an empty pod without infra",
    steps: [
      "pod create --infra=false --name p",
      "pod start p",
      "pod restart p",
      "pod stop p",
      "pod kill p",
      "pod pause p",
      "pod unpause p",
      "pod rm p",
    ],
  },
  {
    name: "start of a pod without infra",
    steps: [
      "pod create --infra=false --name p",
      member("a", "--network none"),
      member("b", "--network none"),
      "pod start p",
      {
        run: "pod inspect p",
        differs: {
          CreateCgroup: differs(WITHOUT_INFRA, false, true),
          CgroupPath: differs(WITHOUT_INFRA, undefined, "/minke_parent/<id p>"),
        },
      },
      "pod stop -t 0 p",
    ],
  },
  {
    name: "start of members in every state",
    steps: [...MIXED_POD, "unpause paused", "pod start p", "wait exited", "@until exited exited", "@states"],
  },
  { name: "start of a pod with a paused member", steps: [...MIXED_POD, "pod start p"] },
  {
    name: "start where one member cannot start",
    steps: [
      POD,
      "create --pod p --name bad busybox /nosuch",
      member("after", "--requires bad"),
      member("good"),
      "pod start p",
      "@states",
      "pod ps --format {{.Status}}",
    ],
    differs: { "container after": differs(EARLY_INIT, "create", "create init") },
  },
  {
    name: "start of members along what they require",
    steps: [
      POD,
      member("a"),
      member("b", "--requires a"),
      member("c", "--requires a,b"),
      "pod start p",
      { run: "inspect -f {{.Dependencies}} a b c", ignores: { stdout: "podman's order is random" } },
      "rm -f -t 0 c",
      "rm -f -t 0 a",
    ],
  },
  { name: "stop of members in every state", steps: [...MIXED_POD, "pod stop -t 0 p"] },
  {
    name: "stop and kill of pods that do not run",
    steps: [
      POD,
      member("a"),
      "pod stop p",
      "pod kill p",
      "pod pause p",
      "pod unpause p",
      "@states",
      "pod stop -i p nosuch",
    ],
  },
  {
    name: "stop uses each member's own signal and time-out",
    steps: [
      POD,
      `create --pod p --name a --stop-timeout 30 busybox sh -c 'trap "exit 7" TERM; echo ready; sleep 1000 & wait'`,
      `create --pod p --name b --stop-signal INT busybox sh -c 'trap "exit 9" INT; echo ready; sleep 1000 & wait'`,
      "pod start p",
      "@log a ready",
      "@log b ready",
      "pod stop p",
    ],
  },
  {
    name: "kill of members in every state",
    steps: [...MIXED_POD, "unpause paused", "pod kill p", "@until running exited", "@until paused exited"],
  },
  {
    name: "kill with a signal that a member handles",
    steps: [
      POD,
      `create --pod p --name a busybox sh -c 'trap "exit 4" USR1; echo ready; sleep 1000 & wait'`,
      "pod start p",
      "@log a ready",
      "pod kill -s SIGUSR1 p",
      "@until a exited",
      "@states",
      "pod kill -s nosuch p",
      "pod kill -s 0 p",
      {
        run: "pod kill --signal 99 p",
        differs: {
          stderr: differs(
            "checked before anything is done",
            /`\/usr\/bin\/\w+ kill <id <short p>-infra> 99` failed: exit status 1/,
            "Error: valid signals are 1 through 64\n",
          ),
        },
      },
    ],
    differs: { "pod p": differs("checked before anything is done", "create start kill kill", "create start kill") },
  },
  {
    name: "pause and unpause of a running pod",
    steps: [
      ...RUNNING_POD,
      "pod pause p",
      "@states",
      "pod pause p",
      "pod inspect -f {{.State}} p",
      {
        run: "exec a true",
        differs: {
          stderr: differs("names the container", /running containers: container state/, /container <id a> is paused/),
        },
      },
      "pod unpause p",
      "@states",
      "pod unpause p",
    ],
  },
  { name: "pause of members in every state", steps: [...MIXED_POD, "pod pause p"] },
  { name: "unpause of members in every state", steps: [...MIXED_POD, "pod unpause p"] },
  { name: "restart of a running pod", steps: [...RUNNING_POD, "pod restart p", "@states"] },
  {
    name: "restart of a stopped and of a created pod",
    steps: [POD, member("a"), "pod restart p", "@states", "pod stop -t 0 p", "pod restart p"],
  },
  {
    name: "restart where one member cannot start",
    steps: [POD, "create --pod p --name bad busybox /nosuch", member("good"), "pod restart p", "@states"],
  },
  { name: "restart of members in every state", steps: [...MIXED_POD, "pod restart p"] },
  {
    name: "removal without force of members in every state",
    steps: [
      ...MIXED_POD,
      {
        run: "pod rm p",
        differs: {
          stderr: differs(
            MEMBERS_LINES,
            /^Error: 3 errors occurred:\n\t\* removing container .* without force: container state improper\n/,
            /^(Error: removing container <id .*> from pod <id p>: .*: container state improper\n){3}$/,
          ),
        },
      },
    ],
  },
  { name: "removal with force of members in every state", steps: [...MIXED_POD, "pod rm -f -t 0 p"] },
  { name: "removal of a pod of which only infra runs", steps: [POD, "pod start p", "pod rm p"] },
  {
    name: "removal of a pod with created and exited members",
    steps: [
      POD,
      member("a"),
      "create --pod p --name e busybox true",
      "start e",
      "wait e",
      "@until e exited",
      "stop {short:p}-infra",
      "pod rm p",
    ],
  },
  {
    name: "prune of pods in every state",
    steps: [
      POD,
      member("a"),
      "pod create --name q --network none",
      "create --pod q --name b busybox true",
      "pod start q",
      "wait b",
      "pod create --name r --network none",
      "create --pod r --name c busybox true",
      "pod start r",
      "pod stop -t 0 r",
      "@states",
      { run: "pod prune", stdin: "n\n" },
      { run: "pod prune", stdin: "y\n" },
      "@states",
      "pod prune -f",
      { run: "pod prune" },
      "pod prune x",
    ],
  },
  {
    name: "verbs on several pods, on all and on the latest",
    steps: [
      POD,
      member("a"),
      "pod create --name q --network none",
      "create --pod q --name b busybox sleep 1000",
      { run: "pod start --all", unordered: true },
      "@states",
      "pod kill p q",
      "@until a exited",
      "@until b exited",
      "pod start --latest",
      "@states",
      "pod stop -t 0 nosuch p",
      "pod stop -t 0 -i nosuch q",
      { run: "pod rm -a", unordered: true },
      "@states",
    ],
  },
  {
    name: "verbs of one member of a pod",
    steps: [
      POD,
      member("a"),
      "start a",
      "@states",
      "pause a",
      "pod ps --format {{.Status}}",
      "unpause a",
      "stop a",
      "pod ps --format {{.Status}}",
      "restart a",
      "kill a",
      "@until a exited",
      "rm a",
      "pod ps --format {{.Status}}",
    ],
  },
  {
    name: "the infra container by itself",
    steps: [
      ...RUNNING_POD,
      "rm {short:p}-infra",
      "rm -f {short:p}-infra",
      "stop {short:p}-infra",
      "@states",
      "start {short:p}-infra",
      "pod inspect -f {{.State}} p",
    ],
  },
];

compareWithPodman(SCENARIOS);
