import type { CommonDifference } from "./compare.ts";

/** Differences that turn up in many scenarios. */
export const COMMON_DIFFERENCES: readonly CommonDifference[] = [
  {
    path: "stderr",
    why: "an error names the container that it is about",
    podman: /^Error: "\w+" is not running, can't pause: container state improper\n$/,
    minke: /^Error: "\w+" is not running, can't pause: container <id \S+>: container state improper\n$/,
  },
  {
    path: "stderr",
    why: "an error names the container that it is about",
    podman: /^Error: can only create exec sessions on running containers: container state improper\n$/,
    minke: /^Error: can only create exec sessions on running containers: container <id \S+> is \w+: container state improper\n$/,
  },
];
