import type { ContainerConfig } from "../model/container.ts";

/**
 * The host name that a container sees (spec/components.md 4.3): its own, else the namespace donor's, else the host's
 * where it shares the host's network or UTS namespace, else the first 12 characters of its id.
 *
 * @param config its definition
 * @param host name of the host
 * @param donorHostname name of the container whose UTS namespace it joins
 */
export function hostnameFor(config: ContainerConfig, host: string, donorHostname?: string): string {
  if (config.namespaces.uts.mode === "host") return host;
  if (config.namespaces.uts.mode === "container" && donorHostname !== undefined) return donorHostname;
  if (config.hostname !== "") return config.hostname;
  return config.namespaces.net.mode === "host" ? host : config.id.slice(0, 12);
}
