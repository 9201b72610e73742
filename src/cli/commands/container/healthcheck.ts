import { fail, hasCode } from "../../../base/errors.ts";
import { exactly } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";

/** `healthcheck run`. */
export const healthcheckRun = defineCommand({
  usage: "CONTAINER",
  description: "Runs the health check of a container once. The exit code is 0 if it succeeds and 1 if it fails.",
  examples: ["healthcheck run web"],
  flags: {},
  args: exactly(1),
  run: async (io, input) => {
    const [ref = ""] = input.args;
    try {
      const record = await io.engine.containers.healthcheck(ref, { signal: io.signal });
      if (record.log.at(-1)?.exitCode === 0) return EXIT.ok;
      await io.out("unhealthy\n");
      return 1;
    } catch (error) {
      if (!hasCode(error, "NO_SUCH_CONTAINER")) throw error;
      const message = `unable to look up ${ref} to perform a health check: ${error.message}`;
      throw fail("INVALID_ARGUMENT", { message }, { cause: error });
    }
  },
});
