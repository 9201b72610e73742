import { fail, messageOf } from "../../../base/errors.ts";
import type { ContainerSelection } from "../../../engine/api/containers.ts";
import type { Io } from "../../command.ts";
import { parseFilters } from "../../filters.ts";
import { bool, list, strings } from "../../flag-kinds.ts";

/** Flags with which a verb finds its containers. */
export const LATEST = bool("Act on the container that was created last", { short: "l" });
export const IGNORE = bool("Ignore containers that do not exist", { short: "i" });
export const CID_FILES = strings("Read the container's ID from the first line of this file");
export const FILTER = list("Only containers that match, as key=value", { short: "f" });

interface TargetFlags {
  readonly all?: boolean;
  readonly latest?: boolean;
  readonly ignore?: boolean;
  readonly cidfile?: readonly string[];
  readonly filter?: readonly string[];
}

function idFrom(io: Io, path: string): string {
  try {
    return io.readFile(path).split("\n", 1)[0]?.trim() ?? "";
  } catch (error) {
    throw fail("INVALID_ARGUMENT", { message: `reading CIDFile: ${messageOf(error)}` }, { cause: error });
  }
}

/** Ids of all containers that match `--filter`, in whatever state. */
async function idsOf(io: Io, filter: readonly string[]): Promise<readonly string[]> {
  const rows = await io.engine.containers.list({ all: true, filters: parseFilters(filter) });
  return rows.map((row) => row.config.id);
}

/**
 * The containers that arguments and flags name.
 *
 * @param input.args names and ids
 * @param input.flags the target flags that the command has
 * Throws INVALID_ARGUMENT if an id file cannot be read.
 */
export async function containerSelection(
  io: Io,
  input: { readonly args: readonly string[]; readonly flags: TargetFlags },
): Promise<ContainerSelection> {
  const { flags, args } = input;
  const ignoreMissing = flags.ignore === true;
  if (flags.filter !== undefined && flags.filter.length > 0) {
    const ids = await idsOf(io, flags.filter);
    if (args.length === 0) return { refs: ids, ignoreMissing };
    const named = await Promise.all(args.map((ref) => io.engine.containers.resolve(ref)));
    return { refs: named.filter((id) => ids.includes(id)), ignoreMissing };
  }
  if (flags.all === true) return { all: true };
  if (flags.latest === true) return { latest: true };
  return { refs: [...args, ...(flags.cidfile ?? []).map((path) => idFrom(io, path))], ignoreMissing };
}

/** Name or id of the newest container. Throws NO_SUCH_CONTAINER where there is none. */
export async function latestContainer(io: Io): Promise<string> {
  const [newest] = await io.engine.containers.list({ all: true, last: 1 });
  if (!newest) throw fail("NO_SUCH_CONTAINER", { ref: "" });
  return newest.config.id;
}

/** The arguments, or the newest container with `--latest`. */
export async function namedContainers(
  io: Io,
  input: { readonly args: readonly string[]; readonly flags: { readonly latest: boolean } },
): Promise<readonly string[]> {
  return input.flags.latest ? [await latestContainer(io)] : input.args;
}
