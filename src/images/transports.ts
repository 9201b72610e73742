import { fail } from "../base/errors.ts";
import type { ArchiveKind } from "./archives/open-archive.ts";

/** Where an image comes from or goes to, told by its transport (containers-transports(5)). */
export type Location =
  | { readonly kind: "registry"; readonly name: string; readonly explicit: boolean }
  | { readonly kind: "archive"; readonly format: ArchiveKind; readonly path: string; readonly reference?: string }
  /** What only skopeo knows to reach. */
  | { readonly kind: "foreign"; readonly text: string };

const ARCHIVES: readonly string[] = ["oci", "oci-archive", "docker-archive", "dir"] satisfies ArchiveKind[];
const FOREIGN = /^(containers-storage|docker-daemon|ostree|sif|tarball):/;

/**
 * Parses `[TRANSPORT:]DETAILS`. Text without a known transport is a name in a registry.
 *
 * @throws BAD_REFERENCE
 */
export function parseLocation(text: string): Location {
  if (text.startsWith("docker://")) return { kind: "registry", name: text.slice("docker://".length), explicit: true };
  if (FOREIGN.test(text)) return { kind: "foreign", text };
  const colon = text.indexOf(":");
  const transport = colon < 0 ? "" : text.slice(0, colon);
  if (!isArchive(transport)) {
    if (text.includes("://")) throw fail("BAD_REFERENCE", { ref: text, reason: "invalid reference format" });
    return { kind: "registry", name: text, explicit: false };
  }
  const details = text.slice(colon + 1);
  const end = transport === "dir" ? -1 : details.indexOf(":");
  return {
    kind: "archive",
    format: transport,
    path: end < 0 ? details : details.slice(0, end),
    ...(end < 0 || end + 1 === details.length ? {} : { reference: details.slice(end + 1) }),
  };
}

function isArchive(transport: string): transport is ArchiveKind {
  return ARCHIVES.includes(transport);
}
