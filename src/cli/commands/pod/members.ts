import { fail } from "../../../base/errors.ts";
import type { PodSummary } from "../../../engine/api/pods.ts";
import type { Io } from "../../command.ts";

/** The pod that was created last. Throws NO_PODS if there is none. */
export async function latestPod(io: Io): Promise<PodSummary> {
  const [pod] = await io.engine.pods.list({ latest: true });
  if (!pod) throw fail("NO_PODS", {});
  return pod;
}

/** The pod that a name, an id or a unique prefix of one stands for. Throws NO_SUCH_POD and kin. */
export async function podOf(io: Io, ref: string): Promise<PodSummary> {
  const id = await io.engine.pods.resolve(ref);
  const [pod] = await io.engine.pods.list({ filters: { id: [id] } });
  if (!pod) throw fail("NO_SUCH_POD", { ref });
  return pod;
}

/** The pod that the one argument or `--latest` names. */
export async function onePod(
  io: Io,
  input: { readonly args: readonly string[]; readonly flags: { readonly latest: boolean } },
): Promise<PodSummary> {
  return input.flags.latest ? await latestPod(io) : await podOf(io, input.args[0] ?? "");
}
