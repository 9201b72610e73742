import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { text } from "../../flag-kinds.ts";
import { isJsonFormat } from "../../render/format.ts";
import { goValue } from "../../render/inspect.ts";
import { formatJson, JSON_INDENT } from "../../render/json.ts";
import { renderTemplate } from "../../render/template.ts";
import { formatYaml } from "../../render/yaml.ts";

/** `info` (podman-info(1)). */
export const info = defineCommand({
  usage: "[options]",
  description: "Shows the host, the programs in use, where state is kept, and how much of it there is.",
  examples: ["info", "info --format '{{.Host.OCIRuntime.Name}}'"],
  flags: {
    debug: text("Accepted for compatibility", { short: "D", hidden: true }),
    format: text("Go template, or json", { short: "f" }),
  },
  args: noArguments,
  run: async (io, input) => {
    const { format } = input.flags;
    const values = await io.engine.system.info();
    if (format === undefined || format === "") await io.out(formatYaml(values));
    else if (isJsonFormat(format)) await io.out(`${formatJson(values, { indent: JSON_INDENT.list })}\n`);
    else await io.out(renderTemplate(format, goValue(values), { name: "info", typeName: "*define.Info" }));
    return EXIT.ok;
  },
});
