import type { ContainerConfig } from "../model/container.ts";
import type { ResolveInput } from "./inputs.ts";
import { KEEP_GROUPS } from "./users.ts";

/** Names of the annotations that follow from the rest of a definition. */
export const ENGINE_ANNOTATIONS: ReadonlySet<string> = new Set([
  "io.container.manager",
  "io.kubernetes.cri-o.ContainerType",
  "io.kubernetes.cri-o.Created",
  "io.kubernetes.cri-o.SandboxID",
  "io.kubernetes.cri-o.TTY",
  "io.podman.annotations.autoremove",
  "io.podman.annotations.init",
  "io.podman.annotations.privileged",
  "io.podman.annotations.publish-all",
  "io.podman.annotations.seccomp",
  "org.opencontainers.image.stopSignal",
  "run.oci.keep_original_groups",
]);

const flag = (on: boolean) => (on ? "TRUE" : "FALSE");

/**
 * Annotations of a container (spec/components.md 4.3): the engine's own under podman's names, which tools and some OCI
 * runtimes read, then the configured ones, then the user's.
 *
 * @param config the definition so far
 * @param input.options what the user gave
 */
export function containerAnnotations(
  config: Omit<ContainerConfig, "annotations">,
  input: Pick<ResolveInput, "options" | "pod" | "config">,
): Readonly<Record<string, string>> {
  const infra = config.isInfra ? undefined : input.pod?.infra;
  const seccomp = config.security.seccompProfile;
  return {
    "io.container.manager": "minke",
    "io.kubernetes.cri-o.Created": new Date(config.createdAt).toISOString(),
    "io.kubernetes.cri-o.TTY": String(config.terminal),
    ...(infra === undefined
      ? {}
      : { "io.kubernetes.cri-o.ContainerType": "container", "io.kubernetes.cri-o.SandboxID": infra.id }),
    "io.podman.annotations.autoremove": flag(config.autoRemove),
    "io.podman.annotations.init": flag(config.init),
    "io.podman.annotations.privileged": flag(config.security.privileged),
    "io.podman.annotations.publish-all": flag(input.options.publishAll === true),
    ...(seccomp === undefined ? {} : { "io.podman.annotations.seccomp": seccomp }),
    ...(config.groupAdd.includes(KEEP_GROUPS) ? { "run.oci.keep_original_groups": "1" } : {}),
    "org.opencontainers.image.stopSignal": String(config.stopSignal),
    ...input.config.annotations,
    ...input.options.annotations,
  };
}
