import { fail } from "../base/errors.ts";
import type { RegistriesConfig } from "../config/registries.ts";
import { inRegistry, parseReference, type Reference } from "./references.ts";

/** A reference with its registry. */
export type FullReference = Reference & { readonly domain: string };

type Registries = Pick<RegistriesConfig, "unqualifiedSearch" | "shortNameMode" | "aliases">;

/**
 * Where to pull a name from, in the order in which to try (containers-registries.conf(5)): a name with its registry is
 * itself; a short name is what its alias says, else it is looked for in the search registries.
 *
 * @throws BAD_REFERENCE; SHORT_NAME_UNRESOLVED; SHORT_NAME_AMBIGUOUS if mode `enforcing` leaves a choice
 */
export function pullCandidates(text: string, registries: Registries): readonly FullReference[] {
  const reference = parseReference(text);
  if (reference.domain !== undefined) return [inRegistry(reference, reference.domain)];
  const alias = registries.shortNameMode === "disabled" ? undefined : aliasOf(reference, registries);
  if (alias !== undefined) return [alias];
  const found = registries.unqualifiedSearch.map((registry) => inSearchRegistry(reference, registry));
  if (found.length === 0) throw fail("SHORT_NAME_UNRESOLVED", { name: text });
  if (found.length > 1 && registries.shortNameMode === "enforcing")
    throw fail("SHORT_NAME_AMBIGUOUS", { name: text, registries: registries.unqualifiedSearch });
  return found;
}

/**
 * What a name may be called in the local store, in the order in which to look: alias, `localhost/`, search registries,
 * docker.io.
 *
 * @throws BAD_REFERENCE
 */
export function localCandidates(text: string, registries: Registries): readonly FullReference[] {
  const reference = parseReference(text);
  if (reference.domain !== undefined) return [inRegistry(reference, reference.domain)];
  const alias = aliasOf(reference, registries);
  return [
    ...(alias === undefined ? [] : [alias]),
    inRegistry(reference, "localhost"),
    ...registries.unqualifiedSearch.map((registry) => inSearchRegistry(reference, registry)),
    inRegistry(reference, "docker.io"),
  ];
}

function aliasOf(reference: Reference, registries: Registries): FullReference | undefined {
  const target = Object.hasOwn(registries.aliases, reference.path) ? registries.aliases[reference.path] : undefined;
  if (target === undefined) return undefined;
  const { domain, path } = parseReference(target);
  if (domain === undefined) throw fail("BAD_REFERENCE", { ref: target, reason: "alias without a registry" });
  return inRegistry({ ...reference, path }, domain);
}

/** A search registry may have a path of its own: `example.com/team`. */
function inSearchRegistry(reference: Reference, registry: string): FullReference {
  const slash = registry.indexOf("/");
  if (slash < 0) return inRegistry(reference, registry);
  const path = `${registry.slice(slash + 1)}/${reference.path}`;
  return inRegistry({ ...reference, path }, registry.slice(0, slash));
}
