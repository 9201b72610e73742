/**
 * What a caller can do about an error (the kinds of containerd's errdefs, plus those a host needs).
 */
export type ErrorKind =
  | "invalid"
  | "not-found"
  | "exists"
  | "conflict"
  | "in-use"
  | "not-modified"
  | "unsupported"
  | "denied"
  | "unavailable"
  | "exhausted"
  | "cancelled"
  | "timeout"
  | "internal";

interface Entry<D> {
  readonly kind: ErrorKind;
  readonly text: (data: D) => string;
}

const entry = <D>(kind: ErrorKind, text: (data: D) => string): Entry<D> => ({ kind, text });

/**
 * Every error of the engine: stable code, kind and text. Texts follow podman's wherever podman has one that users or
 * scripts see (spec/pods.md 6.1, 6.3); the CLI prints `Error: ` first.
 */
export const CODES = {
  // General
  INVALID_ARGUMENT: entry<{ message: string }>("invalid", (d) => d.message),
  /** A malformed flag on the command line; the CLI adds a line that points to `--help`. */
  BAD_FLAG: entry<{ message: string }>("invalid", (d) => d.message),
  INTERNAL: entry<{ message: string }>("internal", (d) => `${d.message}: internal libpod error`),
  CANCELLED: entry<{ operation: string }>("cancelled", (d) => `${d.operation}: cancelled by user`),
  TIMEOUT: entry<{ operation: string; seconds: number }>(
    "timeout",
    (d) => `${d.operation}: timed out after ${d.seconds} s`,
  ),
  ROOT_REQUIRED: entry<{ command: string }>(
    "denied",
    (d) => `${d.command} needs root for now: run it as root or with sudo`,
  ),
  EMPTY_ID: entry<Record<never, never>>("invalid", () => "name or ID cannot be empty"),

  // Host
  HOST_IO: entry<{ action: string; path: string; errno: string }>(
    "unavailable",
    (d) => `${d.action} ${d.path}: ${d.errno}`,
  ),
  PROGRAM_MISSING: entry<{ program: string; package: string }>(
    "unavailable",
    (d) => `${d.program} is not installed: install it (Debian package ${d.package}) and run minke doctor`,
  ),
  PROGRAM_FAILED: entry<{ program: string; detail: string }>("unavailable", (d) => `${d.program}: ${d.detail}`),

  // State
  ENGINE_CLOSED: entry<{ path: string }>(
    "invalid",
    (d) => `the engine with its state in ${d.path} was disposed and cannot be used any more: open another one`,
  ),
  STATE_TOO_NEW: entry<{ path: string; found: number; known: number }>(
    "unsupported",
    (d) =>
      `state in ${d.path} was written by a newer minke (schema ${d.found}, this one knows ${d.known}): use the newer version`,
  ),
  STATE_DAMAGED: entry<{ path: string; detail: string }>(
    "internal",
    (d) => `state in ${d.path} is damaged: ${d.detail}`,
  ),

  // Containers
  NO_SUCH_CONTAINER: entry<{ ref: string }>(
    "not-found",
    (d) => `no container with name or ID "${d.ref}" found: no such container`,
  ),
  CONTAINER_IS_POD: entry<{ ref: string }>(
    "not-found",
    (d) => `"${d.ref}" is a pod, not a container: no such container`,
  ),
  /** A container that another one names at its creation: a namespace donor, a dependency, a source of volumes. */
  NO_SUCH_DONOR: entry<{ context: string; ref: string }>(
    "not-found",
    (d) => `${d.context}: no container with name or ID "${d.ref}" found: no such container`,
  ),
  CONTAINER_AMBIGUOUS: entry<{ ref: string }>(
    "conflict",
    (d) => `more than one result for container name or ID ${d.ref}: container already exists`,
  ),
  CONTAINER_NAME_IN_USE: entry<{ name: string; id: string }>(
    "exists",
    (d) =>
      `creating container storage: the container name "${d.name}" is already in use by ${d.id}. You have to remove that container to be able to reuse that name: that name is already in use`,
  ),
  NAME_IN_USE: entry<{ name: string; holder: "pod" | "container" }>(
    "exists",
    (d) => `name "${d.name}" is in use: ${d.holder} already exists`,
  ),
  BAD_NAME: entry<{ name: string; kind?: "container" | "pod" }>(
    "invalid",
    (d) =>
      `running ${d.kind ?? "container"} create option: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument`,
  ),
  CONTAINER_STATE: entry<{ message: string }>("conflict", (d) => `${d.message}: container state improper`),
  RENAME_IN_USE: entry<{ id: string; name: string; holder: "container" | "pod" }>(
    "conflict",
    (d) =>
      `renaming container ${d.id}: name ${d.name} already in use, cannot rename container ${d.id}: ${d.holder} already exists`,
  ),
  CLEANUP_FAILED: entry<{ id: string; because: string }>(
    "conflict",
    (d) => `failed to clean up container ${d.id}: ${d.because}`,
  ),
  NOT_RUNNING: entry<{ message: string }>("conflict", (d) => d.message),
  START_FAILED: entry<{ id: string; because: string }>(
    "conflict",
    (d) => `unable to start container "${d.id}": ${d.because}`,
  ),
  CONTAINER_STOPPED: entry<{ message: string }>("not-modified", (d) => `${d.message}: container is stopped`),
  CONTAINER_REMOVED: entry<{ id: string }>("not-found", () => "container has already been removed"),
  CONTAINER_HAS_DEPENDENTS: entry<{ id: string; dependents: readonly string[] }>(
    "in-use",
    (d) =>
      `container ${d.id} has dependent containers which must be removed before it: ${d.dependents.join(", ")}: container already exists`,
  ),
  INFRA_REMOVE: entry<{ id: string; pod: string }>(
    "conflict",
    (d) => `container ${d.id} is the infra container of pod ${d.pod} and cannot be removed without removing the pod`,
  ),
  NO_COMMAND: entry<Record<never, never>>(
    "invalid",
    () => "no command or entrypoint provided, and no CMD or ENTRYPOINT from image",
  ),
  NO_EXIT_CODE: entry<{ id: string }>("not-found", (d) => `no exit code for container ${d.id}: no such exit code`),
  NO_LOGS: entry<{ message: string }>("unsupported", (d) => `${d.message}: this container is not logging output`),
  NO_SUCH_EXEC: entry<{ id: string }>("not-found", (d) => `no such exec session: ${d.id}`),
  OCI_RUNTIME: entry<{ message: string }>("internal", (d) => `OCI runtime error: ${d.message}`),
  OCI_PERMISSION_DENIED: entry<{ message: string }>("denied", (d) => `${d.message}: OCI permission denied`),
  OCI_NOT_FOUND: entry<{ message: string }>(
    "not-found",
    (d) => `${d.message}: OCI runtime attempted to invoke a command that was not found`,
  ),
  OCI_RUNTIME_UNUSABLE: entry<{ runtime: string; reason: string }>(
    "unavailable",
    (d) => `OCI runtime ${d.runtime} cannot be used here: ${d.reason}`,
  ),
  MONITOR_FAILED: entry<{ message: string }>("internal", (d) => `conmon failed: ${d.message}`),

  // Pods
  NO_SUCH_POD: entry<{ ref: string }>("not-found", (d) => `no pod with name or ID ${d.ref} found: no such pod`),
  NO_PODS: entry<Record<never, never>>("not-found", () => "no such pod"),
  POD_NAME_IN_USE: entry<{ name: string; holder: "pod" | "container" }>(
    "exists",
    (d) => `adding pod to state: name "${d.name}" is in use: ${d.holder} already exists`,
  ),
  POD_IS_CONTAINER: entry<{ ref: string }>("not-found", (d) => `${d.ref} is a container, not a pod: no such pod`),
  POD_AMBIGUOUS: entry<{ ref: string }>(
    "conflict",
    (d) => `more than one result for pod name or ID ${d.ref}: pod already exists`,
  ),
  POD_REMOVED: entry<{ id: string }>("not-found", () => "pod has already been removed"),
  CLONE_UNFINISHED: entry<{ id: string; reason: string }>(
    "internal",
    (d) => `pod ${d.id} created but error after creation: ${d.reason}`,
  ),
  SERVICE_IN_USE: entry<{ id: string; pods: readonly string[] }>(
    "in-use",
    (d) =>
      `container ${d.id} is the service container of pod(s) ${d.pods.join(",")} and cannot be removed without removing the pod(s)`,
  ),
  POD_PARTIAL: entry<{ action: string }>(
    "conflict",
    (d) => `error ${d.action} some containers: some containers failed`,
  ),
  POD_NO_ROOT: entry<{ id: string }>(
    "not-found",
    (d) => `no containers in pod ${d.id} have no dependencies, cannot start pod: no such container`,
  ),
  INIT_FAILED: entry<{ id: string; exitCode: number }>(
    "conflict",
    (d) => `init container ${d.id} exited with code ${d.exitCode}`,
  ),
  INIT_IN_RUNNING_POD: entry<Record<never, never>>("conflict", () => "cannot add init-ctr to a running pod"),
  NO_HEALTHCHECK: entry<{ id: string }>("invalid", (d) => `container ${d.id} has no defined healthcheck`),
  HEALTHCHECK_TIMEOUT: entry<{ seconds: number }>(
    "timeout",
    (d) => `healthcheck command exceeded timeout of ${d.seconds}s`,
  ),
  DEPENDENCY_CYCLE: entry<{ cycle: readonly string[] }>(
    "invalid",
    (d) => `cycle found in container dependency graph: ${d.cycle.join(" -> ")}: internal libpod error`,
  ),
  DEPENDENCY_FAILED: entry<{ id: string }>(
    "conflict",
    (d) => `a dependency of container ${d.id} failed to start: container state improper`,
  ),
  DEPENDENCY_CONDITION: entry<{ container: string; dependency: string; condition: string; reason: string }>(
    "conflict",
    (d) =>
      `container ${d.container} needs container ${d.dependency} to be ${d.condition}, but ${d.reason}: container state improper`,
  ),
  DEPENDENCY_TIMEOUT: entry<{ container: string; dependency: string; condition: string; seconds: number }>(
    "timeout",
    (d) =>
      `container ${d.container} needs container ${d.dependency} to be ${d.condition}, but it was not within ${d.seconds} s`,
  ),
  DEPENDENCY_DOWN: entry<{ id: string; missing: readonly string[] }>(
    "conflict",
    (d) =>
      `the following dependencies of container ${d.id} are not running: ${d.missing.join(",")}: container state improper`,
  ),
  DEPENDENT_FAILED: entry<{ id: string; verb: string }>(
    "conflict",
    (d) => `a container that depends on container ${d.id} could not be ${d.verb}: container state improper`,
  ),

  // Images
  NO_SUCH_IMAGE: entry<{ ref: string }>("not-found", (d) => `${d.ref}: image not known`),
  IMAGE_AMBIGUOUS: entry<{ ref: string }>(
    "conflict",
    (d) => `image name "${d.ref}" is ambiguous: more than one image matches`,
  ),
  IMAGE_IN_USE: entry<{ id: string; containers: readonly string[] }>(
    "in-use",
    (d) =>
      `image used by ${d.containers.join(", ")}: image is in use by a container: consider listing external containers and force-removing image`,
  ),
  BAD_REFERENCE: entry<{ ref: string; reason: string }>("invalid", (d) => `invalid reference "${d.ref}": ${d.reason}`),
  PULL_FAILED: entry<{ ref: string; reason: string }>(
    "unavailable",
    (d) => `initializing source ${d.ref}: ${d.reason}`,
  ),
  ARCHIVE_BAD: entry<{ archive: string; layer?: string; entry?: string; reason: string }>("invalid", (d) =>
    [
      d.archive,
      ...(d.layer === undefined ? [] : [`layer ${d.layer}`]),
      ...(d.entry === undefined ? [] : [`entry ${d.entry}`]),
      d.reason,
    ].join(": "),
  ),
  IMAGE_HAS_NAMES: entry<{ id: string; names: readonly string[] }>(
    "conflict",
    (d) =>
      `unable to delete image "${d.id}" by ID with more than one tag ([${d.names.join(" ")}]): please force removal`,
  ),
  TAG_UNKNOWN: entry<{ name: string }>("not-found", (d) => `${d.name}: tag not known`),
  SHORT_NAME_UNRESOLVED: entry<{ name: string }>(
    "not-found",
    (d) =>
      `short-name "${d.name}" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"`,
  ),
  SHORT_NAME_AMBIGUOUS: entry<{ name: string; registries: readonly string[] }>(
    "conflict",
    (d) =>
      `short-name resolution enforced but cannot prompt without a TTY: write the registry of "${d.name}" (one of ${d.registries.join(", ")})`,
  ),
  PUSH_FAILED: entry<{ ref: string; reason: string }>("unavailable", (d) => `pushing to ${d.ref}: ${d.reason}`),
  ROOTFS_LAYER_MISSING: entry<{ id: string; layer: string }>(
    "not-found",
    (d) => `container ${d.id}: layer ${d.layer} of its image is gone: remove the container and pull the image again`,
  ),
  ROOTFS_TOO_DEEP: entry<{ id: string; layers: number }>(
    "exhausted",
    (d) => `container ${d.id}: its image has ${d.layers} layers, more than overlayfs can mount at once`,
  ),
  ROOTFS_PATH_MISSING: entry<{ path: string }>("not-found", (d) => `root file system ${d.path} is not a directory`),

  // Networks
  NO_SUCH_NETWORK: entry<{ name: string }>(
    "not-found",
    (d) => `unable to find network with name or ID ${d.name}: network not found`,
  ),
  NETWORK_EXISTS: entry<{ name: string }>(
    "exists",
    (d) => `network name ${d.name} already used: network already exists`,
  ),
  NETWORK_IN_USE: entry<{ name: string; containers: readonly string[] }>(
    "in-use",
    (d) =>
      `"${d.name}" has associated containers with it. Use -f to forcibly delete containers and pods: network is being used`,
  ),
  ADDRESS_TAKEN: entry<{ address: string; network: string }>(
    "conflict",
    (d) => `requested ip address ${d.address} is already allocated on network ${d.network}`,
  ),
  ADDRESSES_EXHAUSTED: entry<{ network: string }>(
    "exhausted",
    (d) => `failed to find free IP in range on network ${d.network}`,
  ),
  PORT_IN_USE: entry<{ address: string; protocol: string }>(
    "in-use",
    (d) =>
      `cannot listen on the ${d.protocol.toUpperCase()} port: listen ${d.protocol}${d.address.startsWith("[") ? 6 : 4} ${d.address}: bind: address already in use`,
  ),
  NETWORK_FAILED: entry<{ message: string; by?: string }>("internal", (d) => `${d.by ?? "netavark"}: ${d.message}`),
  NETWORK_CONFLICT: entry<{ network: string; what: string; holder: string }>(
    "conflict",
    (d) => `network ${d.network} cannot be used: ${d.what} belongs to network ${d.holder}`,
  ),
  PORT_UNAVAILABLE: entry<{ address: string; protocol: string; reason: string }>(
    "unavailable",
    (d) =>
      `cannot listen on the ${d.protocol.toUpperCase()} port: listen ${d.protocol}${d.address.startsWith("[") ? 6 : 4} ${d.address}: bind: ${d.reason}`,
  ),
  NETWORK_ON_POD_CONTAINER: entry<{ detail?: string }>(
    "invalid",
    (d) =>
      `invalid config provided: ${d.detail === undefined ? "" : `${d.detail}: `}network cannot be configured when it is shared with a pod`,
  ),

  // Volumes
  NO_SUCH_VOLUME: entry<{ name: string }>("not-found", (d) => `no volume with name "${d.name}" found: no such volume`),
  VOLUME_EXISTS: entry<{ name: string }>(
    "exists",
    (d) => `volume with name ${d.name} already exists: volume already exists`,
  ),
  VOLUME_IN_USE: entry<{ name: string; containers: readonly string[] }>(
    "in-use",
    (d) =>
      `volume ${d.name} is being used by the following container(s): ${d.containers.join(", ")}: volume is being used`,
  ),
} as const satisfies Record<string, Entry<never>>;

/** A stable error code. */
export type ErrorCode = keyof typeof CODES;

/** The values that belong to an error code. */
export type ErrorData<C extends ErrorCode> = Parameters<(typeof CODES)[C]["text"]>[0];
