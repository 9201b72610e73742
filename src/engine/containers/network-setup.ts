import type { Abortable } from "../../base/abortable.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { NetworkResult } from "../../model/container-state.ts";
import type { AttachRequest } from "../../network/service.ts";
import type { EngineDeps } from "../deps.ts";

/** True if the engine makes the container's network namespace. */
export function ownsNetns(config: ContainerConfig): boolean {
  return config.namespaces.net.mode === "bridge" || config.namespaces.net.mode === "private";
}

/** What netavark is asked for this container, the same value to join and to leave. */
export function attachRequest(deps: EngineDeps, config: ContainerConfig): AttachRequest {
  const shortId = config.id.slice(0, 12);
  const pod = config.pod;
  const podName = config.isInfra && pod !== undefined ? deps.store.read((tx) => tx.pods.get(pod)?.name) : undefined;
  return {
    containerId: config.id,
    containerName: podName ?? config.name,
    netnsPath: deps.paths.netnsOf(config.id),
    attachments: config.network.attachments.map((a) => ({ ...a, aliases: [...new Set([...a.aliases, shortId])] })),
    ports: config.network.ports,
    dnsServers: config.network.dnsServers,
  };
}

/**
 * Joins the container's networks; its namespace exists already. Whatever fails here has undone itself.
 *
 * @returns one result per network, [] without networks
 */
export async function joinNetworks(
  deps: EngineDeps,
  config: ContainerConfig,
  options: Abortable,
): Promise<readonly NetworkResult[]> {
  const request = attachRequest(deps, config);
  if (request.attachments.length === 0) return [];
  return (await deps.networks()).attach(request, options);
}
