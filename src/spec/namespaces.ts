import type { ContainerConfig, IdMapping, IdMappings, NamespaceMode, Namespaces } from "../model/container.ts";
import { isInfraInput, type NamespaceName, type ResolveInput } from "./inputs.ts";
import { findDonor, invalid } from "./invalid.ts";

/** A namespace as the user asks for it, before containers and pods are looked up. */
export type NamespaceChoice =
  | { readonly mode: "private" | "host" | "pod" | "none" | "shareable" }
  | { readonly mode: "container"; readonly ref: string }
  | { readonly mode: "path"; readonly path: string };

const WORDS: Readonly<Record<NamespaceName, readonly string[]>> = {
  net: ["private", "host", "pod", "none"],
  ipc: ["private", "host", "pod", "none", "shareable"],
  uts: ["private", "host", "pod"],
  pid: ["private", "host", "pod"],
  user: ["private", "host", "pod"],
  cgroup: ["private", "host", "pod"],
};

function refuseUserWord(word: string): void {
  if (word === "keep-id" || word === "nomap") throw invalid(`${word} is only supported in rootless mode`);
  if (word === "auto")
    throw invalid(`user namespace mode "auto" is not supported: choose the mapping with --uidmap and --gidmap`);
}

/**
 * Parses a namespace text: `private`, `host`, `pod`, `container:X`, `ns:PATH`; for IPC also `none` and `shareable`.
 *
 * @throws INVALID_ARGUMENT with podman's words
 */
export function parseNamespace(name: NamespaceName, text: string): NamespaceChoice {
  const border = text.indexOf(":");
  const word = border < 0 ? text : text.slice(0, border);
  const value = border < 0 ? "" : text.slice(border + 1);
  if (word === "container" || word === "ns") {
    const mode = word === "ns" ? "path" : "container";
    if (value === "") throw invalid(`invalid config provided: namespace mode ${mode} requires a value`);
    return word === "ns" ? { mode: "path", path: value } : { mode: "container", ref: value };
  }
  if (name === "user") refuseUserWord(word);
  if (border >= 0 || !WORDS[name].includes(word)) throw invalid(`unrecognized namespace mode ${text} passed`);
  return { mode: word as "private" | "host" | "pod" | "none" | "shareable" };
}

/** The container whose namespace a text like `container:X` names. */
export function donorOf(input: ResolveInput, name: NamespaceName, ref: string): ContainerConfig {
  const donor = findDonor(input.containers, ref, `looking up container to share ${name} namespace with`);
  if (name === "ipc" && (donor.namespaces.ipc.mode === "private" || donor.namespaces.ipc.mode === "none"))
    throw invalid(
      `joining IPC of container ${donor.id} is not allowed: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
    );
  return donor;
}

/** The infra whose namespaces a member joins. */
export function infraOf(input: ResolveInput): ContainerConfig {
  const infra = input.pod?.infra;
  if (infra === undefined || isInfraInput(input))
    throw invalid(
      "cannot use pod namespace as container is not joining a pod or pod has no infra container: invalid argument",
    );
  return infra;
}

/** Joining a namespace that the infra does not own means the host's (spec/pods.md 1.4): no edge arises. */
function joinInfra(infra: ContainerConfig, mode: { readonly mode: string }): NamespaceMode {
  return mode.mode === "host" ? { mode: "host" } : { mode: "container", id: infra.id };
}

/** True if a member takes this namespace from its pod unless it says otherwise. */
export function sharedByPod(input: ResolveInput, name: NamespaceName): boolean {
  const { pod } = input;
  return pod?.infra !== undefined && !isInfraInput(input) && pod.config.sharing[name];
}

/** The mode of one namespace of the pod's infra container, as a member joins it. */
export function podMode(input: ResolveInput, name: NamespaceName): NamespaceMode {
  const infra = infraOf(input);
  return joinInfra(infra, infra.namespaces[name]);
}

type PlainName = "uts" | "pid" | "user" | "cgroup";

function resolvePlain(input: ResolveInput, name: NamespaceName, choice: NamespaceChoice): NamespaceMode {
  if (choice.mode === "container") return { mode: "container", id: donorOf(input, name, choice.ref).id };
  if (choice.mode === "path") return choice;
  if (choice.mode === "pod") return podMode(input, name);
  return choice.mode === "host" ? { mode: "host" } : { mode: "private" };
}

/** What the configuration says, or podman's own defaults: cgroup namespaces are of little use on v1. */
function defaultText(input: ResolveInput, name: PlainName | "ipc"): string {
  const { config, host } = input;
  if (name === "cgroup") return config.cgroupns || (host.cgroupVersion === "v2" ? "private" : "host");
  if (name === "user") return config.userns || "host";
  if (name !== "ipc") return (name === "pid" ? config.pidns : config.utsns) || "private";
  return isInfraInput(input) && config.ipcns !== "host" ? "shareable" : config.ipcns || "shareable";
}

function resolveOne(input: ResolveInput, name: PlainName): NamespaceMode {
  const text = input.options.namespaces?.[name];
  if (text === undefined || text === "") {
    if (sharedByPod(input, name)) return podMode(input, name);
    if (name === "user" && hasMaps(input)) return { mode: "private" };
    return resolvePlain(input, name, parseNamespace(name, defaultText(input, name)));
  }
  return resolvePlain(input, name, parseNamespace(name, text));
}

function resolveIpc(input: ResolveInput): Namespaces["ipc"] {
  const text = input.options.namespaces?.ipc ?? "";
  if (text === "" && sharedByPod(input, "ipc")) return podMode(input, "ipc");
  const choice = parseNamespace("ipc", text === "" ? defaultText(input, "ipc") : text);
  if (choice.mode === "none" || choice.mode === "shareable") return { mode: choice.mode };
  return resolvePlain(input, "ipc", choice);
}

/**
 * Decides every namespace but the network's from options, pod and configuration.
 *
 * @throws INVALID_ARGUMENT, NO_SUCH_DONOR
 */
export function resolveNamespaces(input: ResolveInput): Omit<Namespaces, "net"> {
  return {
    ipc: resolveIpc(input),
    uts: resolveOne(input, "uts"),
    pid: resolveOne(input, "pid"),
    user: resolveOne(input, "user"),
    cgroup: resolveOne(input, "cgroup"),
  };
}

function hasMaps(input: ResolveInput): boolean {
  return (input.options.uidMap?.length ?? 0) > 0 || (input.options.gidMap?.length ?? 0) > 0;
}

function parseMaps(texts: readonly string[], kind: "UID" | "GID"): readonly IdMapping[] {
  const bad = () =>
    invalid(
      `initializing ID mappings: ${kind} setting is malformed expected ["uint32:uint32:uint32"]: ${JSON.stringify(texts)}`,
    );
  return texts.map((text) => {
    const numbers = text.split(":");
    const [containerId, hostId, size] = numbers.map(Number);
    if (numbers.length !== 3 || !numbers.every((n) => /^[0-9]{1,10}$/.test(n) && Number(n) <= 0xffff_ffff)) throw bad();
    if (containerId === undefined || hostId === undefined || size === undefined || size === 0) throw bad();
    return { containerId, hostId, size };
  });
}

/**
 * Id mappings of a container with a user namespace of its own or of a donor. One list alone serves for both kinds of id.
 *
 * @throws INVALID_ARGUMENT for malformed maps and for a private namespace without any
 */
export function resolveIdMappings(input: ResolveInput, user: NamespaceMode): IdMappings | undefined {
  if (user.mode === "container")
    return input.pod?.infra?.id === user.id ? input.pod.infra.idMappings : input.containers(user.id).idMappings;
  if (user.mode !== "private") return undefined;
  const uids = parseMaps(input.options.uidMap ?? [], "UID");
  const gids = parseMaps(input.options.gidMap ?? [], "GID");
  if (uids.length + gids.length === 0)
    throw invalid("must provide at least one UID or GID mapping to configure a user namespace");
  return { uids: uids.length > 0 ? uids : gids, gids: gids.length > 0 ? gids : uids };
}
