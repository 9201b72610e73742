import { VERSION } from "../../../base/version.ts";
import { noArguments } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { text } from "../../flag-kinds.ts";
import { isJsonFormat } from "../../render/format.ts";
import { formatJson } from "../../render/json.ts";
import { tabulate } from "../../render/tabulate.ts";
import { renderTemplate } from "../../render/template.ts";

/** The podman whose interface this program follows. */
const API_VERSION = "4.3.1";

function clientOf(io: Io) {
  const { architecture, runtime } = io.platform;
  return {
    APIVersion: API_VERSION,
    Version: VERSION,
    Runtime: runtime,
    OsArch: `linux/${architecture}`,
    Os: "linux",
  };
}

/** `version` (podman-version(1)). Opens no engine: it works for every user. */
export const version = defineCommand({
  usage: "[options]",
  description: "Shows the version of this program.",
  examples: ["version", "version --format '{{.Client.Version}}'"],
  flags: { format: text("Go template, or json", { short: "f" }) },
  args: noArguments,
  needsEngine: false,
  run: async (io, input) => {
    const { format } = input.flags;
    const client = clientOf(io);
    if (format !== undefined && isJsonFormat(format)) await io.out(`${formatJson({ Client: client })}\n`);
    else if (format !== undefined && format !== "") {
      // `{{.Version}}` alone is what docker's users write.
      const value = { Client: client, Server: null, Version: client.Version };
      await io.out(renderTemplate(format, value, { name: "version", typeName: "*define.Version" }));
    } else {
      const lines = [
        ["Client:", "Minke Engine"],
        ["Version:", client.Version],
        ["API Version:", client.APIVersion],
        ["Runtime:", client.Runtime],
        ["OS/Arch:", client.OsArch],
      ];
      await io.out(`${tabulate(lines.map((cells) => cells.join("\t")).join("\n"))}\n`);
    }
    return EXIT.ok;
  },
});
