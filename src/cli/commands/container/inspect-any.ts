import { isEngineError } from "../../../base/errors.ts";
import type { Engine } from "../../../engine/api/engine.ts";

/** Kinds of objects in the order of podman's error message. */
export const TYPES = ["image", "container", "pod", "network", "volume"] as const;

type ObjectType = (typeof TYPES)[number];
export type InspectType = ObjectType | "all";

/** Order in which `inspect` without a type looks. */
const SEARCH: readonly ObjectType[] = ["container", "image", "volume", "network", "pod"];

type Inspected = Readonly<Record<string, unknown>>;

/** True for a value that `--type` may have. */
export function isInspectType(text: string): text is InspectType {
  return text === "all" || TYPES.some((type) => type === text);
}

async function inspectOne(engine: Engine, ref: string, want: { type: ObjectType; size: boolean }): Promise<Inspected> {
  switch (want.type) {
    case "container":
      return await engine.containers.inspect(ref, { size: want.size });
    case "image":
      return await engine.images.inspect(ref);
    case "volume":
      return await engine.volumes.inspect(ref);
    case "network":
      return await engine.networks.inspect(ref);
    case "pod":
      return await engine.pods.inspect(ref);
  }
}

/** What podman says when nothing has the name. */
const MISSING: Readonly<Record<InspectType, (ref: string) => string>> = {
  all: (ref) => `no such object: ${JSON.stringify(ref)}`,
  container: (ref) => `no such container ${ref}`,
  image: (ref) => `${ref}: image not known`,
  network: (ref) => `network ${ref}: unable to find network with name or ID ${ref}: network not found`,
  pod: (ref) => `no such pod ${ref}`,
  volume: (ref) => `no such volume ${ref}`,
};

export type Inspection =
  | { readonly ok: true; readonly value: Inspected }
  | { readonly ok: false; readonly message: string };

/** Errors that mean "not one of these", so that the search goes on. */
const isElsewhere = (error: unknown) =>
  isEngineError(error) && (error.kind === "not-found" || error.kind === "invalid");

/**
 * Describes the object that has the name or id.
 *
 * @param options.type what to look for; `all` takes the first found of container, image, volume, network, pod
 * Throws what is not about a missing object.
 */
export async function inspectAny(
  engine: Engine,
  ref: string,
  options: { readonly type: InspectType; readonly size: boolean },
): Promise<Inspection> {
  const types = options.type === "all" ? SEARCH : [options.type];
  for (const type of types) {
    try {
      return { ok: true, value: await inspectOne(engine, ref, { type, size: options.size }) };
    } catch (error) {
      if (!isEngineError(error) || (!isElsewhere(error) && error.kind !== "conflict")) throw error;
      // An ambiguous name is the answer, not a reason to look elsewhere.
      if (error.kind === "conflict") return { ok: false, message: error.message };
    }
  }
  return { ok: false, message: MISSING[options.type](ref) };
}
