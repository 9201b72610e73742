import { resolve } from "node:path";
import { defined } from "../../base/defined.ts";
import { fail } from "../../base/errors.ts";
import type { ContainerCreateOptions, PullPolicy } from "../../engine/api/container-options.ts";
import { parseDependency } from "../../model/notation/dependencies.ts";
import { parseLogSettings } from "../../model/notation/log-options.ts";
import { parseRestartPolicy } from "../../model/notation/restart-policy.ts";
import type { Input, Io } from "../command.ts";
import { bool, type FlagValues, list, text } from "../flag-kinds.ts";
import { HEALTH_FLAGS, healthOf, readinessOf } from "./health-flags.ts";
import { MOUNT_FLAGS, mountOptionsOf } from "./mount-flags.ts";
import { NETWORK_FLAGS, networkOptionsOf } from "./network-flags.ts";
import { PROCESS_FLAGS, processOptionsOf } from "./process-flags.ts";
import { RESOURCE_FLAGS, resourcesOf } from "./resource-flags.ts";
import { confinementOf, SECURITY_FLAGS } from "./security-flags.ts";
import { refuseUnsupported, TOLERATED_FLAGS, UNSUPPORTED_FLAGS } from "./unsupported-flags.ts";

/** Where a container comes from, where it belongs and how long it lives. */
const LIFE_FLAGS = {
  arch: text("Architecture of the image, if not the host's", { kind: "ARCH" }),
  attach: list("Attach to stdin, stdout or stderr", { short: "a" }),
  authfile: text("File with registry credentials"),
  "cgroup-parent": text("Control group to make its own in"),
  cgroups: text("Control groups: enabled, disabled or no-conmon", { default: "enabled" }),
  cidfile: text("Write the container's ID to this file"),
  "conmon-pidfile": text("Write conmon's process ID to this file"),
  expose: list("Port or range that --publish-all publishes"),
  "log-driver": text("Where its output goes: k8s-file, none or passthrough"),
  "log-opt": list("Option of the log (path=, max-size=, tag=)"),
  os: text("Operating system of the image, if not the host's", { kind: "OS" }),
  pidfile: text("Write the process ID of its main process to this file"),
  platform: text("Platform of the image (OS[/ARCH[/VARIANT]])"),
  pod: text("Pod to join; new:NAME makes one"),
  "pod-id-file": text("Read the pod's ID from this file"),
  "publish-all": bool("Publish all exposed ports to free ports of the host", { short: "P" }),
  pull: text("When to fetch the image: always, missing, never or newer", { default: "missing" }),
  quiet: bool("No progress of fetching the image", { short: "q" }),
  replace: bool("Remove a container of the same name first"),
  requires: list("Containers to start before it (NAME[:started|healthy|ready|completed[:TIMEOUT]])"),
  restart: text("When to start it again: no, always, unless-stopped or on-failure[:N]"),
  rm: bool("Remove it when it has ended"),
  rootfs: bool("The first argument is the path of a root file system, not an image"),
  "tls-verify": bool("Check the registry's certificate", { default: true }),
  variant: text("Variant of the image's architecture", { kind: "VARIANT" }),
};

/** Flags that `create` and `run` have in common. */
export const CREATE_FLAGS = {
  ...RESOURCE_FLAGS,
  ...NETWORK_FLAGS,
  ...MOUNT_FLAGS,
  ...SECURITY_FLAGS,
  ...PROCESS_FLAGS,
  ...HEALTH_FLAGS,
  ...LIFE_FLAGS,
  ...UNSUPPORTED_FLAGS,
  ...TOLERATED_FLAGS,
};

/** `create` has one more. */
export const INIT_CONTAINER_FLAG = {
  "init-ctr": text("Run it before the pod's members: always or once"),
};

type CreateInput = Input<typeof CREATE_FLAGS>;
type CreateValues = FlagValues<typeof CREATE_FLAGS>;

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

function pullPolicyOf(value: string): PullPolicy {
  switch (value) {
    case "":
    case "missing":
    case "ifnotpresent":
      return "missing";
    case "always":
    case "never":
    case "newer":
      return value;
    default:
      throw refuse(`unsupported pull policy "${value}"`);
  }
}

function cgroupsOf(value: string): "enabled" | "disabled" | "no-conmon" {
  switch (value) {
    case "":
    case "enabled":
      return "enabled";
    case "disabled":
    case "no-conmon":
      return value;
    case "split":
      throw refuse("--cgroups=split is not supported yet");
    default:
      throw refuse(`running container create option: invalid cgroup mode "${value}": invalid argument`);
  }
}

function platformOf(flags: CreateValues) {
  const { platform, os, arch, variant } = flags;
  if (platform && (os || arch)) throw refuse("--platform option can not be specified with --arch or --os");
  const [platformOs, platformArch, platformVariant] = platform ? platform.split("/") : [];
  const chosen = defined({
    os: os || platformOs || undefined,
    architecture: arch || platformArch || undefined,
    variant: variant || platformVariant || undefined,
  });
  return Object.keys(chosen).length > 0 ? chosen : undefined;
}

function podOf(io: Io, flags: CreateValues): string | undefined {
  if (flags.pod && flags["pod-id-file"]) throw refuse("cannot specify both --pod and --pod-id-file");
  if (flags.pod === "new:") throw refuse("new pod name must be at least one character");
  if (!flags["pod-id-file"]) return flags.pod || undefined;
  try {
    return io.readFile(flags["pod-id-file"]).split("\n")[0]?.trim();
  } catch (error) {
    throw refuse(`reading pod ID file: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkCidFile(io: Io, path: string | undefined): void {
  if (path && io.fileExists(path))
    throw refuse(`container id file exists. Ensure another container is not using it or delete ${path}`);
}

function lifeOptionsOf(io: Io, flags: CreateValues): ContainerCreateOptions {
  const log = parseLogSettings(flags["log-driver"] ?? "", flags["log-opt"]);
  const requires = flags.requires.filter((name) => name !== "").map(parseDependency);
  const expose = flags.expose.filter((port) => port !== "");
  const restart = flags.restart === undefined ? undefined : parseRestartPolicy(flags.restart);
  if (flags.rm && restart !== undefined && !["", "no"].includes(restart.name))
    throw refuse(`the --rm option conflicts with --restart, when the restartPolicy is not "" and "no"`);
  if (flags.replace && !flags.name) throw refuse("cannot replace container without --name being set");
  const at = (path: string | undefined) => (path ? resolve(io.cwd, path) : undefined);
  checkCidFile(io, flags.cidfile);
  return defined({
    autoRemove: flags.rm || undefined,
    authFile: at(flags.authfile),
    cgroupParent: flags["cgroup-parent"] || undefined,
    cgroups: cgroupsOf(flags.cgroups),
    cidFile: at(flags.cidfile),
    conmonPidFile: at(flags["conmon-pidfile"]),
    dependsOn: requires.length > 0 ? requires : undefined,
    expose: expose.length > 0 ? expose : undefined,
    log: Object.keys(log).length > 0 ? log : undefined,
    pidFile: at(flags.pidfile),
    platform: platformOf(flags),
    pod: podOf(io, flags),
    publishAll: flags["publish-all"] || undefined,
    pull: pullPolicyOf(flags.pull),
    replace: flags.replace || undefined,
    restart,
    tlsVerify: flags["tls-verify"] ? undefined : false,
  });
}

function initContainerOf(value: string | undefined, pod: string | undefined): "always" | "once" | undefined {
  if (value === undefined) return undefined;
  if (pod === undefined) throw refuse("must specify pod value with init-ctr");
  if (value === "always" || value === "once") return value;
  throw refuse("init-ctr value must be 'always' or 'once'");
}

/**
 * The create options that a `create` or `run` command line asks for.
 *
 * @param initContainer value of `--init-ctr`
 * Throws INVALID_ARGUMENT with podman's text.
 */
export function createOptionsOf(io: Io, input: CreateInput, initContainer?: string): ContainerCreateOptions {
  const { flags, args } = input;
  refuseUnsupported(input.given, flags);
  const [source = "", ...command] = args;
  const resources = resourcesOf(flags);
  const life = lifeOptionsOf(io, flags);
  return {
    ...(flags.rootfs ? { rootfs: resolve(io.cwd, source) } : { image: source }),
    ...(command.length > 0 ? { command } : {}),
    ...processOptionsOf(io, flags),
    ...life,
    ...mountOptionsOf(flags, io.cwd),
    ...networkOptionsOf(flags),
    ...confinementOf(flags),
    ...defined({
      resources: Object.keys(resources).length > 0 ? resources : undefined,
      health: healthOf(flags),
      readiness: readinessOf(flags),
      initContainer: initContainerOf(initContainer, life.pod),
    }),
    createCommand: io.argv,
  };
}
