import { fail } from "../../../base/errors.ts";
import { parseLabels, parseOptions } from "../../../model/notation/key-values.ts";
import { atMost } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, list, strings, text } from "../../flag-kinds.ts";

/** `volume create` (podman-volume-create(1)). */
export const create = defineCommand({
  usage: "[options] [NAME]",
  description: "Creates a volume and prints its name.",
  examples: ["volume create data", "volume create --label app=web data"],
  flags: {
    driver: text("Driver", { short: "d", default: "local" }),
    ignore: bool("An existing volume of this name is fine"),
    label: list("Set metadata (key=value)", { short: "l" }),
    opt: strings("Set an option of the driver (key=value)", { short: "o" }),
  },
  args: atMost(1),
  run: async (io, input) => {
    const [name] = input.args;
    const { flags } = input;
    if (flags.driver !== "local")
      throw fail("INVALID_ARGUMENT", {
        message: `volume ${name ?? ""} uses volume plugin ${flags.driver} but it could not be retrieved: no volume plugin with name ${flags.driver} available: required plugin missing`,
      });
    const volume = await io.engine.volumes.create({
      ...(name === undefined ? {} : { name }),
      driver: flags.driver,
      labels: parseLabels(flags.label),
      options: parseOptions(flags.opt),
      ignoreExisting: flags.ignore,
    });
    await io.out(`${volume.name}\n`);
    return EXIT.ok;
  },
});
