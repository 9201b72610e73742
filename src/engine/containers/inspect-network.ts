import type { ContainerConfig, PortMapping } from "../../model/container.ts";
import type { BootState, NetworkResult } from "../../model/container-state.ts";
import type { EngineDeps } from "../deps.ts";

type PortBindings = Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>>;

/** `port/protocol` to host bindings, ranges expanded. */
export function portBindings(ports: readonly PortMapping[]): PortBindings {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports)
    for (let at = 0; at < port.range; at += 1) {
      const key = `${port.containerPort + at}/${port.protocol}`;
      bindings[key] = [...(bindings[key] ?? []), { HostIp: port.hostIp, HostPort: String(port.hostPort + at) }];
    }
  return bindings;
}

const EMPTY = {
  EndpointID: "",
  Gateway: "",
  IPAddress: "",
  IPPrefixLen: 0,
  IPv6Gateway: "",
  GlobalIPv6Address: "",
  GlobalIPv6PrefixLen: 0,
  MacAddress: "",
};

function addressesOf(result: NetworkResult | undefined): typeof EMPTY {
  const v4 = result?.addresses.find((a) => !a.ip.includes(":"));
  const v6 = result?.addresses.find((a) => a.ip.includes(":"));
  return {
    ...EMPTY,
    MacAddress: result?.mac ?? "",
    Gateway: v4?.gateway ?? "",
    IPAddress: v4?.ip ?? "",
    IPPrefixLen: v4?.prefix ?? 0,
    IPv6Gateway: v6?.gateway ?? "",
    GlobalIPv6Address: v6?.ip ?? "",
    GlobalIPv6PrefixLen: v6?.prefix ?? 0,
  };
}

/** `NetworkSettings`: podman fills the flat fields only for a single network. */
export function inspectNetwork(
  deps: EngineDeps,
  config: ContainerConfig,
  state: BootState | undefined,
): Readonly<Record<string, unknown>> {
  const results = state?.networks ?? [];
  const own = config.namespaces.net.mode === "bridge" || config.namespaces.net.mode === "private";
  const networks = config.network.attachments.map((attachment) => [
    attachment.network,
    {
      ...addressesOf(results.find((r) => r.network === attachment.network)),
      NetworkID: attachment.network,
      DriverOpts: null,
      IPAMConfig: null,
      Links: null,
      Aliases: [...attachment.aliases, config.id.slice(0, 12)],
    },
  ]);
  const netns = own && state !== undefined ? deps.paths.netnsOf(config.id) : "";
  return {
    ...(config.network.attachments.length === 1 ? addressesOf(results[0]) : EMPTY),
    Bridge: "",
    SandboxID: "",
    HairpinMode: false,
    LinkLocalIPv6Address: "",
    LinkLocalIPv6PrefixLen: 0,
    Ports: portBindings(config.network.ports),
    SandboxKey: netns,
    ...(networks.length === 0 ? {} : { Networks: Object.fromEntries(networks) }),
  };
}
