import { between } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, text } from "../../flag-kinds.ts";
import { hostPath } from "./host-path.ts";
import { REGISTRY_FLAGS, registryOptions } from "./registry-flags.ts";

/** `push` (podman-push(1)). */
export const push = defineCommand({
  usage: "[options] IMAGE [DESTINATION]",
  description: "Sends an image to a registry or another place (TRANSPORT:DETAILS); default is where its name says.",
  examples: ["push app registry.example.com/app:1.2", "push app oci-archive:app.tar"],
  flags: {
    digestfile: text("Write the digest of the pushed image to this file"),
    format: text("Manifest type (oci, v2s2 or v2s1); default is the image's own", { short: "f" }),
    "remove-signatures": bool("Leave signatures out", { hidden: true }),
    ...REGISTRY_FLAGS,
  },
  args: between(1, 2),
  run: async (io, input) => {
    const [reference = "", destination] = input.args;
    const { digestfile, format } = input.flags;
    await io.engine.images.push(reference, destination, {
      ...registryOptions(io, input),
      ...(format === undefined ? {} : { format }),
      ...(digestfile === undefined ? {} : { digestFile: hostPath(io, digestfile) }),
    });
    return EXIT.ok;
  },
});
