import { resolve } from "node:path";
import type { PodCreateOptions } from "../../engine/api/pods.ts";
import { CONTAINER } from "./container-shape.ts";
import { ARGV, DEVICE, EXIT_POLICY, MOUNT, NETWORK, PUBLISHED, RESTART, SIZE, TEXT_MAP, TEXTS } from "./notations.ts";
import { POD_RESOURCES } from "./resource-shape.ts";
import {
  BOOLEAN,
  described,
  either,
  type JsonSchema,
  listOf,
  mapOf,
  mapped,
  recordOf,
  type Shape,
  TEXT,
  textOf,
} from "./shape.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const NAME_RIGHT = "letters, digits, underscores, points and hyphens, a letter or digit first";

const FIELDS = {
  $schema: described(TEXT, "For editors; means nothing to minke."),
  name: described(TEXT, "Name of the pod; a NAME on the command line goes before it."),
  hostname: TEXT,
  labels: TEXT_MAP,
  infra: described(BOOLEAN, "Have a container that holds the shared namespaces; default true."),
  infraName: TEXT,
  infraImage: TEXT,
  infraCommand: ARGV,
  infraConmonPidFile: textOf("a path", (text, { directory }) => resolve(directory, text)),
  share: described(
    either(
      mapped(TEXTS, (names) => names.join(",")),
      TEXT,
    ),
    "Namespaces that the containers share: ipc, net, uts, pid, cgroup; default ipc, net, uts.",
  ),
  shareParent: described(BOOLEAN, "Put the containers below the pod's own control group; default true."),
  exitPolicy: described(EXIT_POLICY, "What happens when a container ends."),
  restart: described(RESTART, "For containers without a policy of their own."),
  cgroupParent: TEXT,
  resources: described(POD_RESOURCES, "Limits of all containers together."),
  networks: listOf(NETWORK),
  networkAliases: TEXTS,
  ports: listOf(PUBLISHED),
  dns: TEXTS,
  dnsSearch: TEXTS,
  dnsOptions: TEXTS,
  addHosts: TEXTS,
  noHosts: BOOLEAN,
  pid: TEXT,
  uts: TEXT,
  userns: TEXT,
  uidMap: TEXTS,
  gidMap: TEXTS,
  sysctls: TEXT_MAP,
  shmSize: SIZE,
  securityOpt: TEXTS,
  devices: listOf(DEVICE),
  mounts: described(listOf(MOUNT), "Mounts that every container has."),
  volumesFrom: TEXTS,
  serviceContainer: described(TEXT, "Name of a container outside of pods that runs while this pod does."),
  containers: described(
    mapOf(CONTAINER, { key: NAME, keyRight: NAME_RIGHT }),
    "Containers by their names within the file.",
  ),
} as const;

const HINTS = {
  image: 'it belongs to a container, below "containers"',
  volumes: 'did you mean "mounts"?',
  services: 'did you mean "containers"?',
  replace: "give --replace on the command line",
  podIdFile: "give --pod-id-file on the command line",
  apiVersion: "this is no Kubernetes file; the keys are in docs/pod.schema.json",
  kind: "this is no Kubernetes file; the keys are in docs/pod.schema.json",
};

/** A whole pod. */
export const POD: Shape<PodCreateOptions> = mapped(
  recordOf(FIELDS, { what: "the pod", hints: HINTS }),
  ({ $schema: _editor, ...options }): PodCreateOptions => options,
  { always: true },
);

/** The published schema of a pod file. */
export function podSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A pod and its containers, for minke pod create --file",
    ...POD.schema,
  };
}

/** The schema as the published file has it. */
export function formatPodSchema(): string {
  return `${JSON.stringify(podSchema(), undefined, 2)}\n`;
}
