import type { CommandEntry } from "../../command.ts";

/** Commands of `minke volume`. */
export const VOLUME_COMMANDS: readonly CommandEntry[] = [
  {
    path: ["volume", "create"],
    summary: "Create a volume",
    load: async () => (await import("./create.ts")).create,
  },
  {
    path: ["volume", "exists"],
    summary: "Check if a volume exists",
    load: async () => (await import("./exists.ts")).exists,
  },
  {
    path: ["volume", "inspect"],
    summary: "Show everything about one or more volumes",
    load: async () => (await import("./inspect.ts")).inspect,
  },
  {
    path: ["volume", "ls"],
    synonyms: [["volume", "list"]],
    summary: "List volumes",
    load: async () => (await import("./ls.ts")).ls,
  },
  {
    path: ["volume", "prune"],
    summary: "Remove all unused volumes",
    load: async () => (await import("./prune.ts")).prune,
  },
  {
    path: ["volume", "rm"],
    synonyms: [["volume", "remove"]],
    summary: "Remove one or more volumes",
    load: async () => (await import("./rm.ts")).rm,
  },
];
