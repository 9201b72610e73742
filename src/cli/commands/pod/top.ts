import { fail, hasCode } from "../../../base/errors.ts";
import type { PodSummary } from "../../../engine/api/pods.ts";
import type { ArgumentRule } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { renderTable } from "../../render/table.ts";
import { onePod } from "./members.ts";
import { LATEST } from "./selection.ts";

const rule: ArgumentRule = ({ args, flags }) => {
  if (flags["latest"] !== true && args.length === 0)
    throw fail("INVALID_ARGUMENT", { message: "you must provide the name or id of a running pod" });
};

/** Running members, one per PID namespace (spec/pods.md 3.11). */
function shownMembers(pod: PodSummary): PodSummary["members"] {
  const running = pod.members.filter((member) => member.status === "running");
  return pod.config.sharing.pid ? running.slice(0, 1) : running;
}

/** `pod top` (spec/pods.md 8.4). */
export const top = defineCommand({
  usage: "[options] POD [FORMAT-DESCRIPTORS]",
  description: "Lists the processes in a pod's running containers.",
  examples: ["pod top web", "pod top web pid,comm user"],
  flags: { latest: LATEST },
  args: rule,
  stopAtFirstArgument: true,
  run: async (io, input) => {
    const pod = await onePod(io, input).catch((error: unknown) => {
      if (!hasCode(error, "NO_SUCH_POD") && !hasCode(error, "POD_IS_CONTAINER")) throw error;
      const message = `unable to look up requested container: ${error.message}`;
      throw fail("INVALID_ARGUMENT", { message }, { cause: error });
    });
    const descriptors = input.flags.latest ? input.args : input.args.slice(1);
    const members = shownMembers(pod);
    if (members.length === 0) return EXIT.ok;
    const tables = await Promise.all(members.map((member) => io.engine.containers.top(member.id, descriptors)));
    const headings = tables[0]?.[0] ?? [];
    const columns = headings.map((header, at) => ({ header, value: (row: readonly string[]) => row[at] ?? "" }));
    await io.out(
      renderTable(
        columns,
        tables.flatMap((table) => table.slice(1)),
      ),
    );
    return EXIT.ok;
  },
});
