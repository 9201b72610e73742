import type { CommandEntry } from "../../command.ts";

/** Commands of `minke image` and their short names. */
export const IMAGE_COMMANDS: readonly CommandEntry[] = [
  {
    path: ["image", "exists"],
    summary: "Check if an image is stored here",
    load: async () => (await import("./exists.ts")).exists,
  },
  {
    path: ["image", "history"],
    aliases: [["history"]],
    summary: "Show how an image was made",
    load: async () => (await import("./history.ts")).history,
  },
  {
    path: ["image", "import"],
    aliases: [["import"]],
    summary: "Make an image from a tar of a root file system",
    load: async () => (await import("./import.ts")).importImage,
  },
  {
    path: ["image", "inspect"],
    summary: "Show everything about one or more images",
    load: async () => (await import("./inspect.ts")).inspect,
  },
  {
    path: ["image", "list"],
    aliases: [["images"]],
    synonyms: [["image", "ls"]],
    summary: "List images",
    load: async () => (await import("./list.ts")).list,
  },
  {
    path: ["image", "load"],
    aliases: [["load"]],
    summary: "Store the images of an archive",
    load: async () => (await import("./load.ts")).load,
  },
  {
    path: ["image", "prune"],
    summary: "Remove unused images",
    load: async () => (await import("./prune.ts")).prune,
  },
  {
    path: ["image", "pull"],
    aliases: [["pull"]],
    summary: "Fetch images",
    load: async () => (await import("./pull.ts")).pull,
  },
  {
    path: ["image", "push"],
    aliases: [["push"]],
    summary: "Send an image to a registry",
    load: async () => (await import("./push.ts")).push,
  },
  {
    path: ["image", "rm"],
    aliases: [["rmi"]],
    synonyms: [["image", "remove"]],
    summary: "Remove one or more images",
    load: async () => (await import("./rm.ts")).rm,
  },
  {
    path: ["image", "save"],
    aliases: [["save"]],
    summary: "Write images to an archive",
    load: async () => (await import("./save.ts")).save,
  },
  {
    path: ["image", "tag"],
    aliases: [["tag"]],
    summary: "Give an image another name",
    load: async () => (await import("./tag.ts")).tag,
  },
  {
    path: ["image", "untag"],
    aliases: [["untag"]],
    summary: "Take names away from an image",
    load: async () => (await import("./untag.ts")).untag,
  },
];
