import { defined } from "../../../base/defined.ts";
import type { ContainerCreateOptions } from "../../../engine/api/container-options.ts";
import type { CreateResult } from "../../../engine/api/containers.ts";
import type { PodCreateOptions, PodHandle } from "../../../engine/api/pods.ts";
import type { Io } from "../../command.ts";

const NEW_POD = "new:";

/** What `--pod new:NAME` gives to the pod, because the container has it through the pod. */
function podOptionsOf(name: string, options: ContainerCreateOptions): PodCreateOptions {
  const { hostname, networks, networkAliases, ports, dns, dnsSearch, dnsOptions, addHosts, noHosts } = options;
  const { createCommand } = options;
  const network = { networks, networkAliases, ports, dns, dnsSearch, dnsOptions, addHosts, noHosts };
  return { name, ...defined({ hostname, ...network, createCommand }) };
}

/** The container's own options once the pod has its part. */
function memberOptionsOf(pod: string, options: ContainerCreateOptions): ContainerCreateOptions {
  const { hostname: _h, networks: _n, networkAliases: _a, ports: _p, dns: _d, dnsSearch: _s, ...rest } = options;
  const { dnsOptions: _o, addHosts: _e, noHosts: _f, ...own } = rest;
  return { ...own, pod };
}

/** A container, and the pod that was made for it. */
export type Created = CreateResult & { readonly newPod: PodHandle | undefined };

/**
 * Creates a container, with `--pod new:NAME` its pod first; warnings and the progress of a pull go to stderr. If the
 * container cannot be created, the pod goes again.
 *
 * @param quiet no progress
 */
export async function createContainer(io: Io, options: ContainerCreateOptions, quiet: boolean): Promise<Created> {
  const reporting = { signal: io.signal, ...(quiet ? {} : { progress: (line: string) => io.err(`${line}\n`) }) };
  const name = options.pod?.startsWith(NEW_POD) ? options.pod.slice(NEW_POD.length) : undefined;
  const newPod = name === undefined ? undefined : await io.engine.pods.create(podOptionsOf(name, options), reporting);
  try {
    const wanted = newPod ? memberOptionsOf(newPod.id, options) : options;
    const result = await io.engine.containers.create(wanted, reporting);
    for (const warning of result.warnings) io.err(`${warning}\n`);
    return { ...result, newPod };
  } catch (error) {
    await newPod?.remove({ force: true });
    throw error;
  }
}
