import type { ContainerConfig } from "../../model/container.ts";

/** Published ports of a container as `podman port` prints them: `80/tcp` to `0.0.0.0:8080`, ranges expanded. */
export function portLines(config: ContainerConfig): readonly { readonly container: string; readonly host: string }[] {
  return config.network.ports.flatMap((port) =>
    Array.from({ length: port.range }, (_, at) => ({
      container: `${port.containerPort + at}/${port.protocol}`,
      host: `${port.hostIp === "" ? "0.0.0.0" : port.hostIp.includes(":") ? `[${port.hostIp}]` : port.hostIp}:${port.hostPort + at}`,
    })),
  );
}
