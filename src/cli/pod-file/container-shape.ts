import { resolve } from "node:path";
import { defined } from "../../base/defined.ts";
import type { PodMemberOptions } from "../../engine/api/pods.ts";
import { HEALTH, READINESS } from "./check-shape.ts";
import {
  ARGV,
  DEPENDS_ON,
  DEVICE,
  ENVIRONMENT,
  MOUNT,
  NETWORK,
  OCTAL,
  PUBLISHED,
  RESTART,
  SIZE,
  TEXT_MAP,
  TEXTS,
  ULIMIT,
  WHOLE_SECONDS,
} from "./notations.ts";
import { CONTAINER_RESOURCES } from "./resource-shape.ts";
import {
  BOOLEAN,
  described,
  either,
  listOf,
  mapped,
  numberIn,
  recordOf,
  type Shape,
  TEXT,
  textOf,
  WORD,
  wordOf,
} from "./shape.ts";

const PATH = textOf("a path", (text, { directory }) => resolve(directory, text));
const INIT_WORDS = wordOf(["always", "once"]);

/** Keys of one container; the library's `ContainerCreateOptions` by the same names, but for the notations. */
const FIELDS = {
  image: described(TEXT, "Image reference; exactly one of image and rootfs."),
  rootfs: described(TEXT, "Absolute path of a root file system on the host; :O at the end mounts it under an overlay."),
  pull: wordOf(["always", "missing", "never", "newer"]),
  tlsVerify: BOOLEAN,
  authFile: PATH,
  platform: recordOf({ os: TEXT, architecture: TEXT, variant: TEXT }, { what: "a platform" }),
  name: described(TEXT, "Name of the container; default is the pod's name, a hyphen and the key."),
  command: described(ARGV, "Overrides the image's CMD."),
  entrypoint: described(ARGV, "Overrides the image's ENTRYPOINT."),
  env: ENVIRONMENT,
  unsetEnv: TEXTS,
  unsetEnvAll: BOOLEAN,
  envHost: BOOLEAN,
  httpProxy: BOOLEAN,
  workdir: TEXT,
  user: WORD,
  groupAdd: TEXTS,
  hostname: TEXT,
  labels: TEXT_MAP,
  annotations: TEXT_MAP,
  terminal: BOOLEAN,
  stdinOpen: BOOLEAN,
  stopSignal: WORD,
  stopTimeout: described(WHOLE_SECONDS, "Time to end before SIGKILL."),
  timeout: described(WHOLE_SECONDS, "Time after which it is killed."),
  restart: RESTART,
  autoRemove: BOOLEAN,
  init: described(
    either(BOOLEAN, INIT_WORDS),
    "always or once makes this an init container, which runs to its end before the others start; true runs an init process as process 1.",
  ),
  initContainer: described(INIT_WORDS, "The same as init with a word."),
  initPath: TEXT,
  namespaces: recordOf({ ipc: TEXT, uts: TEXT, pid: TEXT, cgroup: TEXT }, { what: "namespaces" }),
  uidMap: TEXTS,
  gidMap: TEXTS,
  networks: listOf(NETWORK),
  networkAliases: TEXTS,
  ports: listOf(PUBLISHED),
  publishAll: BOOLEAN,
  expose: TEXTS,
  dns: TEXTS,
  dnsSearch: TEXTS,
  dnsOptions: TEXTS,
  addHosts: TEXTS,
  noHosts: BOOLEAN,
  mounts: listOf(MOUNT),
  volumesFrom: TEXTS,
  imageVolumes: wordOf(["bind", "anonymous", "tmpfs", "ignore"]),
  devices: listOf(DEVICE),
  deviceCgroupRules: TEXTS,
  shmSize: SIZE,
  resources: CONTAINER_RESOURCES,
  ulimits: listOf(ULIMIT),
  sysctls: TEXT_MAP,
  oomScoreAdj: numberIn(-1000, 1000, { whole: true }),
  umask: OCTAL,
  timezone: TEXT,
  cgroupParent: TEXT,
  cgroups: wordOf(["enabled", "disabled", "no-conmon"]),
  dependsOn: described(DEPENDS_ON, "Members that come first, and the condition in which they must be."),
  health: HEALTH,
  readiness: READINESS,
  log: recordOf(
    { driver: wordOf(["k8s-file", "none", "passthrough"]), path: PATH, maxSize: SIZE, tag: TEXT },
    { what: "log settings" },
  ),
  pidFile: PATH,
  conmonPidFile: PATH,
  privileged: BOOLEAN,
  capAdd: TEXTS,
  capDrop: TEXTS,
  securityOpt: TEXTS,
  readOnly: BOOLEAN,
  readOnlyTmpfs: BOOLEAN,
} as const;

const HINTS = {
  volumes: 'did you mean "mounts"?',
  environment: 'did you mean "env"?',
  depends_on: 'did you mean "dependsOn"?',
  requires: 'did you mean "dependsOn"?',
  memory: 'it belongs into "resources"',
  cpus: 'it belongs into "resources"',
  healthcheck: 'did you mean "health"?',
  pod: "the file says which pod it is in",
};

/** One container of a pod. */
export const CONTAINER: Shape<PodMemberOptions> = mapped(
  recordOf(FIELDS, {
    what: "a container",
    hints: HINTS,
    schema: { oneOf: [{ required: ["image"] }, { required: ["rootfs"] }] },
  }),
  ({ init, initContainer, ...rest }): PodMemberOptions => {
    if ((rest.image === undefined) === (rest.rootfs === undefined))
      throw new Error('a container needs exactly one of "image" and "rootfs"');
    const word = typeof init === "string" ? init : undefined;
    if (word !== undefined && initContainer !== undefined && word !== initContainer)
      throw new Error(`"init" says ${word} and "initContainer" says ${initContainer}`);
    return defined({
      ...rest,
      init: typeof init === "boolean" ? init : undefined,
      initContainer: word ?? initContainer,
    });
  },
);
