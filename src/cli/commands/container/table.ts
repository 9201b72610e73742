import type { CommandEntry } from "../../command.ts";

/** Commands of `minke container` and their short names. */
export const CONTAINER_COMMANDS: readonly CommandEntry[] = [
  {
    path: ["container", "attach"],
    aliases: [["attach"]],
    summary: "Attach to a running container",
    load: async () => (await import("./attach.ts")).attach,
  },
  {
    path: ["container", "cleanup"],
    summary: "Clean up after containers that have ended",
    load: async () => (await import("./cleanup.ts")).cleanup,
  },
  {
    path: ["container", "commit"],
    aliases: [["commit"]],
    summary: "Make an image of a container",
    load: async () => (await import("./commit.ts")).commit,
  },
  {
    path: ["container", "cp"],
    aliases: [["cp"]],
    summary: "Copy files between a container and this host",
    load: async () => (await import("./cp.ts")).cp,
  },
  {
    path: ["container", "create"],
    aliases: [["create"]],
    summary: "Create a container without starting it",
    load: async () => (await import("./create.ts")).create,
  },
  {
    path: ["container", "diff"],
    aliases: [["diff"]],
    summary: "Show what a container has changed in its files",
    load: async () => (await import("./diff.ts")).diff,
  },
  {
    path: ["container", "exec"],
    aliases: [["exec"]],
    summary: "Run a process in a running container",
    load: async () => (await import("./exec.ts")).exec,
  },
  {
    path: ["container", "exists"],
    summary: "Tell whether a container exists",
    load: async () => (await import("./exists.ts")).exists,
  },
  {
    path: ["container", "export"],
    aliases: [["export"]],
    summary: "Write the root file system of a container as a tar",
    load: async () => (await import("./export.ts")).exportContainer,
  },
  {
    path: ["healthcheck", "run"],
    summary: "Run the health check of a container",
    load: async () => (await import("./healthcheck.ts")).healthcheckRun,
  },
  {
    path: ["container", "init"],
    aliases: [["init"]],
    summary: "Make containers ready to start",
    load: async () => (await import("./init.ts")).init,
  },
  {
    path: ["container", "inspect"],
    summary: "Show everything about containers",
    load: async () => (await import("./inspect.ts")).inspectContainer,
  },
  {
    path: ["inspect"],
    summary: "Show everything about an object",
    load: async () => (await import("./inspect.ts")).inspect,
  },
  {
    path: ["container", "kill"],
    aliases: [["kill"]],
    summary: "Send a signal to containers",
    load: async () => (await import("./kill.ts")).kill,
  },
  {
    path: ["container", "logs"],
    aliases: [["logs"]],
    summary: "Show the output of containers",
    load: async () => (await import("./logs.ts")).logs,
  },
  {
    path: ["container", "pause"],
    aliases: [["pause"]],
    summary: "Freeze containers",
    load: async () => (await import("./pause.ts")).pause,
  },
  {
    path: ["container", "port"],
    aliases: [["port"]],
    summary: "Show published ports",
    load: async () => (await import("./port.ts")).port,
  },
  {
    path: ["container", "prune"],
    summary: "Remove all containers that do not run",
    load: async () => (await import("./prune.ts")).prune,
  },
  {
    path: ["container", "ps"],
    aliases: [["ps"], ["container", "list"]],
    synonyms: [["container", "ls"]],
    summary: "List containers",
    load: async () => (await import("./ps.ts")).ps,
  },
  {
    path: ["container", "rename"],
    aliases: [["rename"]],
    summary: "Rename a container",
    load: async () => (await import("./rename.ts")).rename,
  },
  {
    path: ["container", "restart"],
    aliases: [["restart"]],
    summary: "Restart containers",
    load: async () => (await import("./restart.ts")).restart,
  },
  {
    path: ["container", "rm"],
    aliases: [["rm"]],
    summary: "Remove containers",
    load: async () => (await import("./rm.ts")).rm,
  },
  {
    path: ["container", "run"],
    aliases: [["run"]],
    summary: "Run a command in a new container",
    load: async () => (await import("./run.ts")).run,
  },
  {
    path: ["container", "start"],
    aliases: [["start"]],
    summary: "Start containers",
    load: async () => (await import("./start.ts")).start,
  },
  {
    path: ["container", "stats"],
    aliases: [["stats"]],
    summary: "Show what containers use",
    load: async () => (await import("./stats.ts")).stats,
  },
  {
    path: ["container", "stop"],
    aliases: [["stop"]],
    summary: "Stop containers",
    load: async () => (await import("./stop.ts")).stop,
  },
  {
    path: ["container", "top"],
    aliases: [["top"]],
    summary: "Show the processes of a container",
    load: async () => (await import("./top.ts")).top,
  },
  {
    path: ["container", "unpause"],
    aliases: [["unpause"]],
    summary: "Let paused containers go on",
    load: async () => (await import("./unpause.ts")).unpause,
  },
  {
    path: ["container", "wait"],
    aliases: [["wait"]],
    summary: "Wait for containers to end",
    load: async () => (await import("./wait.ts")).wait,
  },
];
