import { fail } from "../../base/errors.ts";
import { isHostError } from "../../base/host-error.ts";

/** An archive that cannot be taken as it is. Whoever knows the archive's name turns it to ARCHIVE_BAD. */
export class BadArchive extends Error {
  override readonly name = "BadArchive";
  readonly reason: string;
  /** The entry's name as the archive has it. */
  readonly entry?: string;

  constructor(reason: string, entry?: string) {
    super(entry === undefined ? reason : `${entry}: ${reason}`);
    this.reason = reason;
    if (entry !== undefined) this.entry = printable(entry);
  }
}

const LONGEST_SHOWN = 200;

/** A hostile name made fit for a terminal: control characters escaped, length bounded. */
export function printable(name: string): string {
  const shown = name.length > LONGEST_SHOWN ? `${name.slice(0, LONGEST_SHOWN)}...` : name;
  return shown.replace(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/**
 * Runs `work` and names the archive in what goes wrong with its content.
 *
 * @param where.archive path or reference of the archive, as the user gave it
 * @param where.layer digest of the layer at work
 * @throws ARCHIVE_BAD; HOST_IO for the host's own troubles, such as a full disk; other errors pass
 */
export async function namingArchive<T>(
  where: { readonly archive: string; readonly layer?: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BadArchive) {
      const entry = error.entry === undefined ? {} : { entry: error.entry };
      throw fail("ARCHIVE_BAD", { ...where, ...entry, reason: error.reason }, { cause: error });
    }
    if (isHostError(error, "EBADMSG"))
      throw fail("ARCHIVE_BAD", { ...where, reason: `cannot be decompressed: ${error.path}` }, { cause: error });
    if (isHostError(error))
      throw fail("HOST_IO", { action: error.syscall, path: error.path, errno: error.errno }, { cause: error });
    throw error;
  }
}
