import type { Abortable } from "../base/abortable.ts";
import type { ContainerId } from "../base/brand.ts";
import type { NetavarkProbe } from "../drivers/netavark/probe.ts";
import type { PortOption } from "../engine/api/container-options.ts";
import type { Networks } from "../engine/api/system.ts";
import type { ReservedPort } from "../host/ports.ts";
import type { NetworkAttachment, PortMapping } from "../model/container.ts";
import type { NetworkResult } from "../model/container-state.ts";
import type { NetworkDefinition } from "../model/network.ts";

/** A container that joins networks, or leaves them. The same value serves both ways. */
export interface AttachRequest {
  readonly containerId: ContainerId;
  /** The name under which aardvark-dns knows the container; the pod's name for an infra container. */
  readonly containerName: string;
  /** File to which the network namespace is bound. */
  readonly netnsPath: string;
  readonly attachments: readonly NetworkAttachment[];
  /** Every mapping has its host port. */
  readonly ports: readonly PortMapping[];
  /** Upstream name servers of this container. */
  readonly dnsServers: readonly string[];
}

/** Networks of one engine root: their definitions, and what joins a container to them. */
export interface NetworkService extends Networks {
  /**
   * The network with this name, id, or unique beginning of an id; `podman` also means the default network.
   *
   * @throws NO_SUCH_NETWORK, INVALID_ARGUMENT (several ids begin so)
   */
  resolve(name: string): NetworkDefinition;
  /** The network that containers join when none is named. */
  defaultNetwork(): NetworkDefinition;
  /** Containers that are configured to join the network, running or not. */
  users(name: string): readonly ContainerId[];
  /**
   * Allocates addresses, creates the interfaces and forwards the ports. Undoes itself when it fails or is aborted.
   *
   * @throws NO_SUCH_NETWORK, ADDRESS_TAKEN, ADDRESSES_EXHAUSTED, NETWORK_FAILED, PROGRAM_MISSING
   */
  attach(request: AttachRequest, options?: Abortable): Promise<readonly NetworkResult[]>;
  /**
   * Removes what `attach` made, also where only a part of it is left. Addresses are free afterwards, whatever happens.
   *
   * @throws NETWORK_FAILED if something stays behind
   */
  detach(request: AttachRequest, options?: Abortable): Promise<void>;
  /**
   * Binds every host port, which both finds a port in use and reserves it until the result is disposed.
   *
   * @throws PORT_IN_USE, PORT_UNAVAILABLE
   */
  checkPorts(ports: readonly PortMapping[]): readonly ReservedPort[];
  /**
   * Gives a free host port to each option that has none.
   *
   * @throws PORT_IN_USE when no free port is left
   */
  assignHostPorts(options: readonly PortOption[]): PortMapping[];
  /**
   * Which netavark and aardvark-dns serve here, and over which packet filter.
   *
   * @throws PROGRAM_MISSING, NETWORK_FAILED
   */
  probe(): Promise<NetavarkProbe>;
}
