import { atLeast } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, choice } from "../../flag-kinds.ts";
import { PLATFORM_FLAGS, platformOption, REGISTRY_FLAGS, registryOptions } from "./registry-flags.ts";

const POLICIES = ["always", "missing", "never", "newer"] as const;

/** `pull` (podman-pull(1)). */
export const pull = defineCommand({
  usage: "[options] IMAGE [IMAGE...]",
  description: "Fetches images and stores them here. Without a tag, `latest` is meant. Prints the IDs.",
  examples: ["pull registry.example.com/app:1.2", "pull oci-archive:app.tar"],
  flags: {
    "all-tags": bool("Fetch every tag of the repository", { short: "a" }),
    policy: choice("When to fetch (always, missing, never, newer)", POLICIES, { default: "always" }),
    ...PLATFORM_FLAGS,
    ...REGISTRY_FLAGS,
  },
  args: atLeast(1),
  run: async (io, input) => {
    const { flags } = input;
    const policy = POLICIES.find((name) => name === flags.policy) ?? "always";
    const options = { ...registryOptions(io, input), ...platformOption(flags), policy, allTags: flags["all-tags"] };
    for (const reference of input.args) {
      const ids = await io.engine.images.pull(reference, options);
      await io.out(ids.map((id) => `${id}\n`).join(""));
    }
    return EXIT.ok;
  },
});
