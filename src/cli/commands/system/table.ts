import type { CommandEntry } from "../../command.ts";

/** Commands about the engine itself. */
export const SYSTEM_COMMANDS: readonly CommandEntry[] = [
  {
    path: ["doctor"],
    synonyms: [["system", "doctor"]],
    summary: "Check what this host can do and what is missing",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    path: ["completion"],
    summary: "Print a script that completes commands in a shell",
    load: async () => (await import("./completion.ts")).completion,
  },
  {
    path: ["system", "df"],
    summary: "Show what takes space on the disk",
    load: async () => (await import("./df.ts")).df,
  },
  {
    path: ["system", "events"],
    aliases: [["events"]],
    summary: "Show what happens, as it happens",
    load: async () => (await import("./events.ts")).events,
  },
  {
    path: ["system", "info"],
    aliases: [["info"]],
    summary: "Show the host and the engine's settings",
    load: async () => (await import("./info.ts")).info,
  },
  {
    path: ["system", "prune"],
    summary: "Remove what nothing uses",
    load: async () => (await import("./prune.ts")).prune,
  },
  {
    path: ["system", "reset"],
    summary: "Remove everything",
    load: async () => (await import("./reset.ts")).reset,
  },
  {
    path: ["system", "supervise"],
    summary: "Do what is due after the commands have left",
    hidden: true,
    load: async () => (await import("./supervise.ts")).supervise,
  },
  {
    path: ["version"],
    summary: "Show the version",
    load: async () => (await import("./version.ts")).version,
  },
];
