/** Init containers, exit policies, members made by run. */
import { differs, type Scenario } from "./scenario.ts";
import { compareWithPodman } from "./side-by-side.ts";

const SLEEP = "--stop-timeout 0 busybox sleep 1000";
const POD = "pod create --network none --name p";
const member = (name: string, options = "") => `create --pod p --name ${name} ${options} ${SLEEP}`;

const NO_LEFTOVER = "a pod that was made for a container goes when the container cannot be made";

const SCENARIOS: readonly Scenario[] = [
  {
    name: "init containers run in order before the members",
    steps: [
      POD,
      "create --pod p --name i1 --init-ctr always busybox true",
      "create --pod p --name i2 --init-ctr once busybox true",
      member("a"),
      "@states",
      "pod start p",
      "@until i1 exited",
      "@states",
      "pod inspect -f '{{.State}} {{.NumContainers}}' p",
      "pod start p",
      "@until i1 exited",
      "pod stop -t 0 p",
      "pod start p",
    ],
  },
  {
    name: "an init container that fails",
    steps: [
      POD,
      "create --pod p --name i --init-ctr once busybox sh -c 'exit 4'",
      "create --pod p --name later --init-ctr always busybox true",
      member("a"),
      "pod start p",
      "@until i exited",
      "@states",
      "pod rm -f -t 0 p",
    ],
  },
  {
    name: "an init container that cannot start",
    steps: [POD, "create --pod p --name i --init-ctr always busybox /nosuch", member("a"), "pod start p", "@states"],
  },
  {
    name: "init containers where they may not be",
    steps: [
      POD,
      "create --init-ctr once busybox true",
      "create --pod p --init-ctr sometimes busybox true",
      member("a"),
      "start a",
      "create --pod p --init-ctr once busybox true",
      "run --pod p --init-ctr once busybox true",
    ],
  },
  {
    name: "restart does not run init containers",
    steps: [
      POD,
      "create --pod p --name i --init-ctr always busybox true",
      member("a"),
      "pod start p",
      "@until i exited",
      "pod restart p",
      "@states",
    ],
  },
  {
    name: "exit policy stop",
    steps: [
      `${POD} --exit-policy stop`,
      "create --pod p --name a busybox true",
      "create --pod p --name b busybox true",
      "pod start p",
      "@until-pod p Exited",
      "pod inspect -f {{.ExitPolicy}} p",
    ],
    ignores: { "pod p": "podman stops the pod once more for each member that ends meanwhile" },
  },
  {
    name: "exit policy stop waits for created members",
    steps: [
      `${POD} --exit-policy stop`,
      member("waiting"),
      "run --pod p --name a busybox true",
      "@until a exited",
      "@states",
    ],
  },
  {
    name: "exit policy continue",
    steps: [`${POD} --exit-policy continue`, "run --pod p --name a busybox true", "@until a exited", "@states"],
  },
  {
    name: "run in a pod starts infra",
    steps: [
      POD,
      "run --rm --pod p --name a busybox hostname",
      "@states",
      "run -d --pod p --name b busybox sleep 1000",
      "pod ps --format '{{.Name}} {{.Status}} {{.NumberOfContainers}}'",
    ],
  },
  {
    name: "create in a new pod",
    steps: [
      "create --pod new:p --name a busybox sleep 1000",
      "pod inspect -f '{{.NumContainers}} {{.State}}' p",
      "create --pod new:p --name b busybox",
      "create --pod new: --name c busybox",
      "create --pod new:q --name a busybox",
      { run: "pod exists q", differs: { code: differs(NO_LEFTOVER, 0, 1) } },
    ],
    differs: {
      "end.q": differs(NO_LEFTOVER, "Created", undefined),
      "end.<short q>-infra": differs(NO_LEFTOVER, "created 0", undefined),
      "pod q": differs(NO_LEFTOVER, "create", "create remove"),
      "container <short q>-infra": differs(NO_LEFTOVER, "create", "create remove"),
    },
  },
  {
    name: "options that members may not have",
    steps: [
      POD,
      "create --pod p --network bridge busybox",
      "create --pod p -p 80 busybox",
      "create --pod p --add-host a:1.2.3.4 busybox",
      "create --pod p --hostname x busybox",
      "create --pod p --uidmap 0:0:1 busybox",
      "create --pod p --userns keep-id busybox",
      "create --pod nosuch busybox",
      "create --pod-id-file {dir}/nosuch busybox",
      "create --pod '' --name free busybox",
    ],
  },
  {
    name: "containers that need one another across pods",
    steps: [
      POD,
      "pod create --network none --name q",
      member("a"),
      "create --name b --pod q --requires a busybox",
      "create --name c --requires a busybox",
      "create --name d --requires nosuch busybox",
      "create --name e --pod q --network container:a busybox",
      "create --name f --pod p --pid container:a --requires a busybox sleep 1000",
      "pod start p",
      "@states",
    ],
  },
  {
    name: "a member that requires another is started with it",
    steps: [POD, member("a"), member("b", "--requires a"), "start b", "@states"],
  },
  {
    name: "removal of a member that others require",
    steps: [
      POD,
      member("a"),
      member("b", "--requires a"),
      "rm a",
      "rm -f a",
      { run: "rm --depend a", unordered: true },
      "@states",
    ],
  },
  {
    name: "pod logs",
    steps: [
      POD,
      "create --pod p --name a busybox sh -c 'echo one; echo two'",
      "pod start p",
      "wait a",
      "@until a exited",
      "pod logs p",
      "pod logs -n p",
      "pod logs -c a p",
      "pod logs -c nosuch p",
      "pod logs --tail 1 p",
      "pod logs nosuch",
      "pod logs",
    ],
  },
  {
    name: "pod top and stats",
    steps: [
      POD,
      "pod top p",
      "pod stats --no-stream nosuch",
      member("a"),
      "pod start p",
      { run: "pod top p user comm", unordered: true },
      "pod top p nosuch",
      "pod top nosuch",
      "pod top",
      "pod stats --no-stream --format '{{.Name}}' -a p",
      "pod stats --no-stream --all --latest",
    ],
  },
];

compareWithPodman(SCENARIOS);
