import type { CommandEntry } from "../../command.ts";

/** Commands of `minke network`. */
export const NETWORK_COMMANDS: readonly CommandEntry[] = [
  {
    path: ["network", "create"],
    summary: "Create a network",
    load: async () => (await import("./create.ts")).create,
  },
  {
    path: ["network", "exists"],
    summary: "Check if a network exists",
    load: async () => (await import("./exists.ts")).exists,
  },
  {
    path: ["network", "inspect"],
    summary: "Show everything about one or more networks",
    load: async () => (await import("./inspect.ts")).inspect,
  },
  {
    path: ["network", "ls"],
    synonyms: [["network", "list"]],
    summary: "List networks",
    load: async () => (await import("./ls.ts")).ls,
  },
  {
    path: ["network", "prune"],
    summary: "Remove all unused networks",
    load: async () => (await import("./prune.ts")).prune,
  },
  {
    path: ["network", "rm"],
    synonyms: [["network", "remove"]],
    summary: "Remove one or more networks",
    load: async () => (await import("./rm.ts")).rm,
  },
];
