import type { NetworkDefinition } from "../../model/network.ts";
import type { Abortable } from "./container-options.ts";
import type { Filters, Report } from "./container-types.ts";

export interface NetworkCreateOptions {
  /** Default `minke1`, `minke2`, and so on. */
  readonly name?: string;
  /** `bridge` (default) or `macvlan`. */
  readonly driver?: string;
  /** CIDR notation; default a free one of the configured pools. */
  readonly subnets?: readonly { readonly subnet: string; readonly gateway?: string; readonly ipRange?: string }[];
  readonly ipv6?: boolean;
  /** No way out of the host. */
  readonly internal?: boolean;
  readonly disableDns?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string>>;
  /** Return a network that is there instead of throwing. */
  readonly ignoreExisting?: boolean;
}

/** Verbs on networks. A name may also be an id or a unique beginning of one. */
export interface Networks {
  /**
   * Defines a network; its bridge comes with the first container (podman-network-create(1)).
   *
   * @throws NETWORK_EXISTS, NETWORK_CONFLICT if a subnet belongs to another network of this host, INVALID_ARGUMENT
   */
  create(options?: NetworkCreateOptions, io?: Abortable): Promise<NetworkDefinition>;
  /**
   * Networks, the default one included (podman-network-ls(1)).
   *
   * @throws INVALID_ARGUMENT for an unknown filter
   */
  list(options?: { readonly filters?: Filters }): Promise<readonly NetworkDefinition[]>;
  /**
   * Everything about one network, with podman's field names (podman-network-inspect(1)).
   *
   * @throws NO_SUCH_NETWORK, INVALID_ARGUMENT if several ids begin so
   */
  inspect(name: string): Promise<Readonly<Record<string, unknown>>>;
  /** True if there is such a network (podman-network-exists(1)). */
  exists(name: string): Promise<boolean>;
  /**
   * Removes networks (podman-network-rm(1)). Reports NO_SUCH_NETWORK, and NETWORK_IN_USE naming the containers.
   *
   * @param options.force remove the containers and pods that use them as well
   */
  remove(names: readonly string[], options?: Abortable & { readonly force?: boolean }): Promise<readonly Report[]>;
  /**
   * Removes all networks that no container uses, except for the default one (podman-network-prune(1)).
   *
   * @throws INVALID_ARGUMENT for an unknown filter
   */
  prune(options?: Abortable & { readonly filters?: Filters }): Promise<readonly Report[]>;
}
