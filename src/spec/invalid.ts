import { type EngineError, fail, hasCode } from "../base/errors.ts";
import type { ContainerConfig } from "../model/container.ts";

/** An INVALID_ARGUMENT with a message that stands as it is. */
export function invalid(message: string): EngineError {
  return fail("INVALID_ARGUMENT", { message });
}

/**
 * Looks up a container that an option names.
 *
 * @param find finds a container by name or id; throws NO_SUCH_CONTAINER
 * @param ref name or id as the user wrote it
 * @param context what it was wanted for, as podman words it
 * @throws NO_SUCH_DONOR with the context before podman's sentence
 */
export function findDonor(find: (ref: string) => ContainerConfig, ref: string, context: string): ContainerConfig {
  try {
    return find(ref);
  } catch (error) {
    if (hasCode(error, "NO_SUCH_CONTAINER")) throw fail("NO_SUCH_DONOR", { context, ref }, { cause: error });
    throw error;
  }
}
