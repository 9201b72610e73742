import { hasCode } from "../../../base/errors.ts";
import type { PodSelection, PodSummary } from "../../../engine/api/pods.ts";
import { targets } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { ALL, LATEST, podSelection, printPodReports } from "./selection.ts";

const mayUnpause = ({ status, members }: PodSummary) =>
  status === "Paused" || status === "Degraded" || members.some((member) => member.status === "paused");

/** The chosen pods without those in which nothing is paused: they are passed over without a word, as podman does. */
async function pausedOf(io: Io, selection: PodSelection): Promise<readonly string[]> {
  const rows = await io.engine.pods.list("latest" in selection ? { latest: true } : {});
  if (!("refs" in selection)) return rows.filter(mayUnpause).map((row) => row.config.id);
  const refs: string[] = [];
  for (const ref of selection.refs) {
    const id = await io.engine.pods.resolve(ref).catch((error: unknown) => {
      if (hasCode(error, "NO_SUCH_POD")) return undefined; // For the verb to report.
      throw error;
    });
    const row = rows.find(({ config }) => config.id === id);
    if (row === undefined || mayUnpause(row)) refs.push(ref);
  }
  return refs;
}

/** `pod unpause` (spec/pods.md 3.5). */
export const unpause = defineCommand({
  usage: "[options] POD [POD...]",
  description: "Lets the processes of paused pods go on.",
  examples: ["pod unpause web", "pod unpause --all"],
  flags: { all: ALL, latest: LATEST },
  args: targets(),
  run: async (io, input) => {
    const refs = await pausedOf(io, podSelection(io, input));
    if (refs.length === 0) return EXIT.ok;
    const reports = await io.engine.pods.unpause({ refs }, { signal: io.signal });
    return await printPodReports(io, reports, "unpausing");
  },
});
