import type { CommandEntry, CommandGroup } from "./command.ts";
import { CONTAINER_COMMANDS } from "./commands/container/table.ts";
import { IMAGE_COMMANDS } from "./commands/image/table.ts";
import { NETWORK_COMMANDS } from "./commands/network/table.ts";
import { POD_COMMANDS } from "./commands/pod/table.ts";
import { SYSTEM_COMMANDS } from "./commands/system/table.ts";
import { VOLUME_COMMANDS } from "./commands/volume/table.ts";
import type { CommandTable } from "./parse-command.ts";

const GROUPS: readonly CommandGroup[] = [
  { path: ["container"], summary: "Manage containers", description: "Create, run, look at and remove containers." },
  { path: ["healthcheck"], summary: "Manage health checks", description: "Run health checks of containers." },
  { path: ["image"], summary: "Manage images", description: "Fetch, look at, move and remove images." },
  { path: ["network"], summary: "Manage networks", description: "Create, look at and remove networks." },
  {
    path: ["pod"],
    summary: "Manage pods",
    description: "A pod is a group of containers that share namespaces, limits and a life cycle.",
  },
  { path: ["system"], summary: "Manage the engine", description: "Look at the engine, its events and its host." },
  { path: ["volume"], summary: "Manage volumes", description: "Create, look at and remove named volumes." },
];

/** `help` is answered by main.ts itself; it stands here to be listed. */
const HELP: CommandEntry = {
  path: ["help"],
  summary: "Help about any command",
  load: async () => (await import("./commands/help.ts")).help,
};

/** Every command: names and summaries at hand, code loaded when it runs. */
export const TABLE: CommandTable = {
  groups: GROUPS,
  commands: [
    ...CONTAINER_COMMANDS,
    ...POD_COMMANDS,
    ...IMAGE_COMMANDS,
    ...VOLUME_COMMANDS,
    ...NETWORK_COMMANDS,
    ...SYSTEM_COMMANDS,
    HELP,
  ],
};
