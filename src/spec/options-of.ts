import { defined } from "../base/defined.ts";
import type {
  ContainerCreateOptions,
  MountOption,
  NetworkOption,
  PortOption,
} from "../engine/api/container-options.ts";
import type { PodCreateOptions } from "../engine/api/pods.ts";
import type { ContainerConfig, NamespaceMode, SecuritySettings, UserMount } from "../model/container.ts";
import type { PodConfig } from "../model/pod.ts";
import { ENGINE_ANNOTATIONS } from "./annotations.ts";
import { anonymousName } from "./resolve-mounts.ts";

/** What a definition is read with. */
export interface OptionsContext {
  readonly pod?: PodConfig;
  /** The pod's infra container. */
  readonly infra?: ContainerConfig;
  /** What other containers shall be called: those that it depends on and whose namespaces it joins. */
  readonly refOf: (id: string) => string;
}

type NamespaceKey = "net" | "ipc" | "uts" | "pid" | "user" | "cgroup";

/** A namespace as the options have it; undefined where the pod gives it. */
function namespaceText(config: ContainerConfig, name: NamespaceKey, context: OptionsContext): string | undefined {
  const mode: { readonly mode: string; readonly id?: string; readonly path?: string } = config.namespaces[name];
  const { infra, pod } = context;
  const shared = infra !== undefined && !config.isInfra && pod?.sharing[name] === true;
  if (mode.mode === "container" && mode.id === infra?.id) return shared ? undefined : "pod";
  if (shared && mode.mode === "host" && infra.namespaces[name].mode === "host") return undefined;
  if (mode.mode === "container") return `container:${context.refOf(mode.id ?? "")}`;
  return mode.mode === "path" ? `ns:${mode.path}` : mode.mode;
}

function networksOf(config: ContainerConfig, context: OptionsContext): readonly NetworkOption[] | undefined {
  const text = namespaceText(config, "net", context);
  if (text === undefined) return undefined;
  if (text !== "bridge" && text !== "private") return [{ name: text }];
  const own = config.id.slice(0, 12);
  const attachments = config.network.attachments.map((attachment) =>
    defined({
      name: attachment.network,
      interfaceName: attachment.interfaceName,
      ips: attachment.staticIps.length > 0 ? attachment.staticIps : undefined,
      mac: attachment.staticMac,
      aliases: attachment.aliases.some((alias) => alias !== own)
        ? attachment.aliases.filter((alias) => alias !== own)
        : undefined,
    }),
  );
  return attachments.length > 0 ? attachments : [{ name: "bridge" }];
}

function portsOf(config: ContainerConfig): readonly PortOption[] | undefined {
  if (config.network.ports.length === 0) return undefined;
  return config.network.ports.map((port) =>
    defined({
      host: port.hostPort,
      container: port.containerPort,
      hostIp: port.hostIp === "" ? undefined : port.hostIp,
      protocol: port.protocol,
      range: port.range > 1 ? port.range : undefined,
    }),
  );
}

/** Settings of resolv.conf and hosts. */
function namesOf({ network }: ContainerConfig) {
  const { noResolvConf } = network;
  return defined({
    dns: noResolvConf ? ["none"] : network.dnsServers,
    dnsSearch: noResolvConf ? undefined : network.dnsSearch,
    dnsOptions: noResolvConf ? undefined : network.dnsOptions,
    addHosts: network.addHosts.length > 0 ? network.addHosts : undefined,
    noHosts: network.noHosts,
  });
}

/** An anonymous volume of the container's own is to be made anew; a donated one is used by its name. */
function mountOf(config: ContainerConfig, mount: UserMount): MountOption {
  if (mount.type === "image")
    return {
      type: "image",
      image: mount.imageId,
      destination: mount.destination,
      readWrite: mount.readWrite,
    };
  if (mount.type !== "volume") return mount;
  const { anonymous: _anonymous, name, ...rest } = mount;
  const own = mount.anonymous && name === anonymousName(config.id, mount.destination);
  return own ? rest : { ...rest, name };
}

function ownMounts(config: ContainerConfig, infra: ContainerConfig | undefined): readonly MountOption[] {
  const inherited = new Set((infra?.mounts ?? []).map((mount) => JSON.stringify(mount)));
  return config.mounts.filter((mount) => !inherited.has(JSON.stringify(mount))).map((mount) => mountOf(config, mount));
}

function securityTexts(own: SecuritySettings, inherited: SecuritySettings | undefined): readonly string[] {
  const labels = own.selinuxOptions.slice(inherited?.selinuxOptions.length ?? 0);
  return [
    ...(own.noNewPrivileges === (inherited?.noNewPrivileges ?? false)
      ? []
      : [`no-new-privileges=${own.noNewPrivileges}`]),
    ...(own.seccompProfile === inherited?.seccompProfile ? [] : [`seccomp=${own.seccompProfile ?? ""}`]),
    ...(own.apparmorProfile === undefined || own.apparmorProfile === inherited?.apparmorProfile
      ? []
      : [`apparmor=${own.apparmorProfile}`]),
    ...labels.map((label) => `label=${label}`),
    ...(own.mask.length > 0 ? [`mask=${own.mask.join(":")}`] : []),
    ...(own.unmask.length > 0 ? [`unmask=${own.unmask.join(":")}`] : []),
    ...(own.procOptions.length > 0 ? [`proc-opts=${own.procOptions.join(",")}`] : []),
  ];
}

function securityOf({ security }: ContainerConfig, infra: ContainerConfig | undefined) {
  const inherited = infra?.security;
  return {
    privileged: security.privileged,
    capAdd: security.capAdd.slice(inherited?.capAdd.length ?? 0),
    capDrop: security.capDrop.slice(inherited?.capDrop.length ?? 0),
    securityOpt: securityTexts(security, inherited),
    readOnly: security.readOnlyRootfs,
    readOnlyTmpfs: security.readOnlyTmpfs,
  };
}

const mapTexts = (config: ContainerConfig, kind: "uids" | "gids") =>
  config.idMappings?.[kind].map((map) => `${map.containerId}:${map.hostId}:${map.size}`);

const isPrivate = (mode: NamespaceMode) => mode.mode === "private";

/** The user namespace of a member comes from its pod, and without an infra from its own maps. */
function userOf(config: ContainerConfig, context: OptionsContext) {
  const own = isPrivate(config.namespaces.user);
  return {
    user: context.pod === undefined && !own ? namespaceText(config, "user", context) : undefined,
    uidMap: own ? mapTexts(config, "uids") : undefined,
    gidMap: own ? mapTexts(config, "gids") : undefined,
  };
}

function processOf(config: ContainerConfig) {
  return defined({
    // An empty entrypoint has to be said, or the image's counts.
    entrypoint: config.entrypoint.length === 0 ? [""] : config.entrypoint,
    command: config.command,
    env: config.env,
    unsetEnvAll: true,
    workdir: config.workdirIsUsers ? config.workdir : undefined,
    user: config.user,
    groupAdd: config.groupAdd,
    terminal: config.terminal,
    stdinOpen: config.stdinOpen,
    stopSignal: config.stopSignal,
    stopTimeout: config.stopTimeout,
    timeout: config.runTimeout,
    init: config.init,
    initPath: config.initPath,
    umask: config.umask,
    timezone: config.timezone,
    oomScoreAdj: config.oomScoreAdj,
    ulimits: config.ulimits,
  });
}

function isolationOf(config: ContainerConfig, context: OptionsContext) {
  const { infra } = context;
  const { user, uidMap, gidMap } = userOf(config, context);
  const networks = networksOf(config, context);
  const names = namesOf(config);
  return defined({
    namespaces: defined({
      ipc: namespaceText(config, "ipc", context),
      uts: namespaceText(config, "uts", context),
      pid: namespaceText(config, "pid", context),
      cgroup: namespaceText(config, "cgroup", context),
      user,
    }),
    uidMap,
    gidMap,
    hostname: config.hostname === "" ? undefined : config.hostname,
    networks,
    ports: portsOf(config),
    publishAll: config.annotations["io.podman.annotations.publish-all"] === "TRUE" ? true : undefined,
    ...names,
    shmSize: config.namespaces.ipc.mode === "host" || config.shmSize === infra?.shmSize ? undefined : config.shmSize,
    sysctls: config.sysctls,
  });
}

function rootfsOf({ rootfs }: ContainerConfig): Pick<ContainerCreateOptions, "image" | "rootfs"> {
  if (rootfs.kind === "image") return { image: rootfs.imageId };
  return rootfs.kind === "path" ? { rootfs: `${rootfs.path}${rootfs.overlay ? ":O" : ""}` } : {};
}

/**
 * Options that make a container like an existing one: what `resolveContainer` gives for them has the same definition but for
 * ids, times, the files that its ids are written to, and anonymous volumes, which are new.
 *
 * @param config the definition
 * @param context the pod and infra that it was made in
 */
export function containerOptionsOf(config: ContainerConfig, context: OptionsContext): ContainerCreateOptions {
  const { pod, infra } = context;
  const inherited = new Set((infra?.devices ?? []).map((device) => device.destination));
  const ownAnnotations = Object.entries(config.annotations).filter(([name]) => !ENGINE_ANNOTATIONS.has(name));
  return defined({
    ...rootfsOf(config),
    ...processOf(config),
    ...isolationOf(config, context),
    ...securityOf(config, infra),
    labels: config.labels,
    annotations: Object.fromEntries(ownAnnotations),
    restart: config.restartPolicy,
    autoRemove: config.autoRemove,
    mounts: ownMounts(config, infra),
    imageVolumes: "ignore" as const,
    devices: config.devices.filter((device) => !inherited.has(device.destination)),
    deviceCgroupRules: config.deviceCgroupRules,
    resources: config.resources,
    cgroupParent: config.cgroupParent === pod?.cgroupPath ? undefined : config.cgroupParent,
    cgroups: config.cgroupsMode,
    initContainer: config.initType,
    dependsOn: config.dependsOn.map(({ id, ...edge }) => ({ ...edge, container: context.refOf(id) })),
    health: config.health ?? ("none" as const),
    readiness: config.readiness,
    log: config.log,
  });
}

const SHARED = ["ipc", "net", "uts", "pid", "cgroup"] as const;

function shareText(pod: PodConfig): string | undefined {
  if (!pod.hasInfra) return undefined;
  const names = SHARED.filter((name) => pod.sharing[name]);
  return names.length === 0 ? "none" : names.join(",");
}

function infraPart(pod: PodConfig, infra: ContainerConfig): PodCreateOptions {
  const context: OptionsContext = { pod, refOf: (id) => id };
  const own = isPrivate(infra.namespaces.user);
  const { networks, ports, ...rest } = isolationOf(infra, context);
  return defined({
    infraImage: infra.rootfs.kind === "image" ? infra.rootfs.imageId : undefined,
    infraCommand: infra.argv,
    networks,
    ports,
    dns: rest.dns,
    dnsSearch: rest.dnsSearch,
    dnsOptions: rest.dnsOptions,
    addHosts: rest.addHosts,
    noHosts: rest.noHosts,
    pid: namespaceText(infra, "pid", context),
    uts: namespaceText(infra, "uts", context),
    userns: own ? undefined : namespaceText(infra, "user", context),
    uidMap: own ? mapTexts(infra, "uids") : undefined,
    gidMap: own ? mapTexts(infra, "gids") : undefined,
    sysctls: infra.sysctls,
    shmSize: infra.shmSize,
    securityOpt: securityTexts(infra.security, undefined),
    devices: infra.devices,
    mounts: infra.mounts.map((mount) => mountOf(infra, mount)),
  });
}

/**
 * Options that make a pod like an existing one, without its members and its name; the host name is kept only if the user gave
 * it.
 */
export function podOptionsOf(pod: PodConfig, infra: ContainerConfig | undefined): PodCreateOptions {
  return defined({
    ...(infra === undefined ? {} : infraPart(pod, infra)),
    hostname: pod.hostname === "" ? undefined : pod.hostname,
    labels: pod.labels,
    infra: pod.hasInfra,
    share: shareText(pod),
    shareParent: pod.usesPodCgroup,
    cgroupParent: pod.cgroupParent === "" ? undefined : pod.cgroupParent,
    resources: pod.resources,
    exitPolicy: pod.exitPolicy,
    restart: pod.restartPolicy,
  });
}
