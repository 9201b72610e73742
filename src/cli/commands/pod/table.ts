import type { CommandEntry } from "../../command.ts";

/** Commands of `minke pod`. */
export const POD_COMMANDS: readonly CommandEntry[] = [
  {
    path: ["pod", "clone"],
    summary: "Make a pod like another one, with its containers",
    load: async () => (await import("./clone.ts")).clone,
  },
  {
    path: ["pod", "create"],
    summary: "Create a new empty pod",
    load: async () => (await import("./create.ts")).create,
  },
  { path: ["pod", "exists"], summary: "Check if a pod exists", load: async () => (await import("./exists.ts")).exists },
  {
    path: ["pod", "inspect"],
    summary: "Show everything about one or more pods",
    load: async () => (await import("./inspect.ts")).inspect,
  },
  {
    path: ["pod", "kill"],
    summary: "Send a signal to the containers of pods",
    load: async () => (await import("./kill.ts")).kill,
  },
  {
    path: ["pod", "logs"],
    summary: "Show the logs of a pod's containers",
    load: async () => (await import("./logs.ts")).logs,
  },
  { path: ["pod", "pause"], summary: "Pause one or more pods", load: async () => (await import("./pause.ts")).pause },
  {
    path: ["pod", "prune"],
    summary: "Remove all stopped pods and their containers",
    load: async () => (await import("./prune.ts")).prune,
  },
  {
    path: ["pod", "ps"],
    synonyms: [
      ["pod", "ls"],
      ["pod", "list"],
    ],
    summary: "List pods",
    load: async () => (await import("./ps.ts")).ps,
  },
  {
    path: ["pod", "restart"],
    summary: "Restart one or more pods",
    load: async () => (await import("./restart.ts")).restart,
  },
  { path: ["pod", "rm"], summary: "Remove one or more pods", load: async () => (await import("./rm.ts")).rm },
  { path: ["pod", "start"], summary: "Start one or more pods", load: async () => (await import("./start.ts")).start },
  {
    path: ["pod", "stats"],
    summary: "Show what the containers of pods use",
    load: async () => (await import("./stats.ts")).stats,
  },
  { path: ["pod", "stop"], summary: "Stop one or more pods", load: async () => (await import("./stop.ts")).stop },
  { path: ["pod", "top"], summary: "List the processes in a pod", load: async () => (await import("./top.ts")).top },
  {
    path: ["pod", "unpause"],
    summary: "Unpause one or more pods",
    load: async () => (await import("./unpause.ts")).unpause,
  },
  {
    path: ["pod", "wait"],
    summary: "Wait until pods have ended and exit with their code",
    load: async () => (await import("./wait.ts")).wait,
  },
];
