import { fail, isEngineError } from "../../../base/errors.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { renderTable } from "../../render/table.ts";
import { LATEST, latestContainer } from "./selection.ts";

/** `container top`. */
export const top = defineCommand({
  usage: "[options] CONTAINER [FORMAT-DESCRIPTORS...]",
  description: "Prints the processes of a container, with the given columns.",
  examples: ["top web", "top web pid user args"],
  flags: { latest: LATEST },
  stopAtFirstArgument: true,
  args: ({ args, flags }) => {
    if (args.length === 0 && flags["latest"] !== true)
      throw fail("INVALID_ARGUMENT", { message: "you must provide the name or id of a running container" });
  },
  run: async (io, input) => {
    const { latest } = input.flags;
    const ref = latest ? await latestContainer(io) : (input.args[0] ?? "");
    await io.engine.containers.resolve(ref).catch((error: unknown) => {
      if (!isEngineError(error)) throw error;
      const message = `unable to look up requested container: ${error.message}`;
      throw fail("INVALID_ARGUMENT", { message }, { cause: error });
    });
    const [heading = [], ...rows] = await io.engine.containers.top(ref, latest ? input.args : input.args.slice(1));
    const columns = heading.map((header, at) => ({ header, value: (row: readonly string[]) => row[at] ?? "" }));
    await io.out(renderTable(columns, rows));
    return EXIT.ok;
  },
});
