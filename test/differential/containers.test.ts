/** Verbs on single containers, from every state. */
import { MESSAGES } from "./common-differences.ts";
import { differs, type Scenario } from "./scenario.ts";
import { compareWithPodman } from "./side-by-side.ts";

const SLEEP = "--network none --stop-timeout 0 busybox sleep 1000";
const CREATED = `create --name c ${SLEEP}`;
const RUNNING = `run -d --name c ${SLEEP}`;
const EXITED = ["run -d --name c --network none busybox sh -c 'echo out; exit 3'", "wait c", "@until c exited"];

/** Each verb on a container in one state; `reset` brings it back between them. */
const verbsFrom = (state: readonly string[]): string[] => [
  ...state,
  "@states",
  "pause c",
  "unpause c",
  "kill -s CONT c",
  "exec c echo hello",
  "top c pid comm",
  "rename c d",
  "rename d c",
  "port c",
  "inspect -f '{{.State.Status}} {{.State.Running}} {{.State.Paused}} {{.State.ExitCode}}' c",
  "rm c",
];

const RUNNING_ALONE = "podman 4.3.1 refuses what its manual page shows";
const EXECS = "podman also writes exec_died for what could not be started";

const SCENARIOS: readonly Scenario[] = [
  { name: "every verb on a created container", steps: [...verbsFrom([CREATED])] },
  {
    name: "every verb on an initialized container",
    steps: [...verbsFrom([CREATED, "init c"]), "init c", "start c", "@states"],
  },
  { name: "every verb on a running container", steps: [...verbsFrom([RUNNING]), "start c", "init c", "@states"] },
  {
    name: "every verb on a paused container",
    steps: [
      RUNNING,
      "pause c",
      "@states",
      "pause c",
      "start c",
      "init c",
      "stop c",
      "restart c",
      "kill -s CONT c",
      "exec c true",
      "rm c",
      "attach c",
      "container cleanup c",
      "rm -f -t 0 c",
    ],
  },
  { name: "every verb on an exited container", steps: [...verbsFrom(EXITED)] },
  {
    name: "stop, kill, wait and restart of a created container",
    steps: [CREATED, "stop c", "kill c", "wait c", "restart c", "@states", "stop c", "stop c"],
  },
  {
    name: "stop, kill and restart of an initialized container",
    steps: [CREATED, "init c", "kill c", "stop c", "@states", "init c", "restart c"],
  },
  {
    name: "stop, kill, wait and restart of an exited container",
    steps: [
      ...EXITED,
      "stop c",
      "kill c",
      "wait c",
      "restart c",
      "wait c",
      "@until c exited",
      "start -a c",
      "init c",
      "@states",
    ],
  },
  {
    name: "a foreground container's output and exit code",
    steps: [
      "run --rm --network none busybox sh -c 'echo out; echo err >&2; exit 7'",
      "run --rm --network none busybox true",
      "run --network none --name c busybox false",
      { run: "run -i --rm --network none busybox cat", stdin: "line 1\nline 2\n" },
      "run --rm --network none busybox sh -c 'kill -9 $$'",
      "run --rm --network none busybox /nosuch",
      "run --rm --network none busybox /etc",
      "run --rm --network none --entrypoint /nosuch busybox",
    ],
  },
  {
    name: "run in the background of what cannot run",
    steps: [
      "run -d --name c --network none busybox /nosuch",
      "ps -a --format '{{.Names}} {{.State}}'",
      "start c",
      "run --name d --network none busybox /etc/passwd",
    ],
  },
  {
    name: "--rm with exit, stop and kill",
    steps: [
      "run -d --rm --name c --network none busybox true",
      "@gone c",
      `run -d --rm --name d ${SLEEP}`,
      "stop d",
      "@gone d",
      `run -d --rm --name e ${SLEEP}`,
      "kill e",
      "@gone e",
    ],
  },
  {
    name: "names, ids and prefixes",
    steps: [
      CREATED,
      `create --name d ${SLEEP}`,
      `create --name c ${SLEEP}`,
      "inspect -f {{.Name}} {short:c} {id:d}",
      "container exists c",
      "container exists nosuch",
      "rename c d",
      "rename nosuch x",
      "rename c in/valid",
      "rm nosuch",
      "rm -i nosuch",
      "rm -f nosuch",
      "rm c nosuch",
      "start nosuch d",
      "rm ''",
    ],
  },
  {
    name: "several containers at once",
    steps: [
      CREATED,
      `create --name d ${SLEEP}`,
      { run: "start c d", unordered: true },
      "@states",
      { run: "pause --all", unordered: true },
      { run: "unpause -a", unordered: true },
      "stop c nosuch",
      { run: "stop -a", unordered: true },
      "@states",
      { run: "restart -a", unordered: true },
      { run: "kill -a", unordered: true },
      "@until c exited",
      "@until d exited",
      {
        run: "restart --running",
        differs: {
          code: differs(RUNNING_ALONE, 125, 0),
          stderr: differs(RUNNING_ALONE, /you must provide at least one name or id/, ""),
        },
      },
      "rm --latest",
      { run: "rm -a", unordered: true },
    ],
  },
  {
    name: "wait for conditions and several containers",
    steps: [
      CREATED,
      `run -d --name d --network none busybox sh -c 'exit 5'`,
      "wait d",
      "wait d d",
      "wait --condition created c",
      "wait --condition configured c",
      "wait --condition running --condition created c",
      "wait nosuch",
      "wait -i x c",
      "wait --condition nosuch c",
    ],
  },
  {
    name: "exec: codes, user, environment, directory, input",
    steps: [
      RUNNING,
      "exec c sh -c 'exit 9'",
      "exec -e A=b c sh -c 'echo $A $HOME'",
      "exec -u app c id",
      "exec -u 1000:50 -w /tmp c sh -c 'id; pwd'",
      { run: "exec -i c cat", stdin: "to cat\n" },
    ],
  },
  {
    name: "exec of what cannot run",
    steps: [
      RUNNING,
      "exec c nosuch",
      "exec c /etc",
      "exec -w /nosuch c true",
      "exec -u nosuch c true",
      "exec nosuch true",
      "exec c",
      "exec -d c nosuch",
    ],
    ignores: { "container c": EXECS },
  },
  {
    name: "logs",
    steps: [
      "run -d --name c --network none busybox sh -c 'for i in 1 2 3; do echo line $i; done; echo error >&2'",
      "wait c",
      "logs c",
      "logs --tail 2 c",
      "logs --tail 0 c",
      "logs -t --tail 1 c",
      "logs --names c",
      "logs --since 1h c",
      "logs --until 1h c",
      "logs -f c",
      "logs nosuch",
      "logs --tail x c",
      `create --name d ${SLEEP}`,
      "logs d",
      "logs -n c d",
    ],
  },
  {
    name: "logs of a container without a log",
    steps: [
      "run --name c --log-driver none --network none busybox echo hi",
      "logs c",
      "run --name d --log-driver nosuch --network none busybox true",
    ],
  },
  {
    name: "a restart policy restarts until it may not",
    steps: [
      "run -d --name c --restart on-failure:2 --network none busybox false",
      "@prints 2 inspect -f {{.RestartCount}} c",
      "@until c exited",
      "inspect -f '{{.RestartCount}} {{.State.ExitCode}}' c",
      "run -d --name d --restart on-failure --network none busybox true",
      "@until d exited",
      "inspect -f {{.RestartCount}} d",
    ],
  },
  {
    name: "a container that is stopped is not restarted",
    steps: [`run -d --name c --restart always ${SLEEP}`, "stop c", "@states", "start c", "rm -f -t 0 c"],
  },
  {
    name: "stop signals",
    steps: [
      `run -d --name c --stop-signal USR1 --network none busybox sh -c 'trap "exit 6" USR1; echo ready; sleep 1000 & wait'`,
      "@log c ready",
      "stop c",
      "inspect -f '{{.Config.StopSignal}} {{.State.ExitCode}}' c",
      "start c",
      "kill -s 99 c",
      "kill -s nosuch c",
      "kill -s SIGWINCH c",
      "kill -s 9 c",
      "@until c exited",
    ],
  },
  {
    name: "removal with what depends on it",
    steps: [RUNNING, "create --name d --network container:c busybox true", "rm -f c", "rm c", "rm --depend c"],
  },
  {
    name: "prune of containers",
    steps: [
      CREATED,
      "run --name d --network none busybox true",
      `run -d --name e ${SLEEP}`,
      { run: "container prune", stdin: "n\n" },
      { run: "container prune -f", unordered: true },
      "container prune -f",
      "container prune x",
    ],
  },
];

compareWithPodman(SCENARIOS, MESSAGES);
