/** A network as podman's JSON file describes it (spec/components.md 5.3). */
export interface NetworkDefinition {
  readonly name: string;
  /** 64 hexadecimal characters. */
  readonly id: string;
  readonly driver: "bridge" | "macvlan" | "ipvlan";
  /** Name of the bridge or parent device. */
  readonly interfaceName: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly subnets: readonly Subnet[];
  readonly ipv6: boolean;
  readonly internal: boolean;
  readonly dnsEnabled: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly ipamDriver: "host-local" | "none" | "dhcp";
}

export interface Subnet {
  /** CIDR notation. */
  readonly subnet: string;
  readonly gateway?: string;
  readonly leaseRange?: { readonly start?: string; readonly end?: string };
}
