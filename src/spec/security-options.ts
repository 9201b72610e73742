import type { SecurityOptions } from "../engine/api/container-options.ts";
import type { SecuritySettings } from "../model/container.ts";
import { mergeCapabilities } from "./capabilities.ts";
import type { HostFacts } from "./inputs.ts";
import { invalid } from "./invalid.ts";

/** What `--security-opt` texts ask for. */
export interface SecurityTexts {
  readonly noNewPrivileges?: boolean;
  readonly seccompProfile?: string;
  readonly apparmorProfile?: string;
  readonly selinuxOptions: readonly string[];
  readonly unmask: readonly string[];
  readonly mask: readonly string[];
  readonly procOptions: readonly string[];
}

const EMPTY: SecurityTexts = { selinuxOptions: [], unmask: [], mask: [], procOptions: [] };

/** Go's strconv.ParseBool. */
function parseBoolean(text: string): boolean | undefined {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  return ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? false : undefined;
}

/** One text, put onto what the earlier ones gave. Docker's old form with a colon counts too. */
function addText(texts: SecurityTexts, text: string): SecurityTexts {
  const border = text.includes("=") ? text.indexOf("=") : text.indexOf(":");
  const key = border < 0 ? text : text.slice(0, border);
  const value = border < 0 ? undefined : text.slice(border + 1);
  const unknown = () => invalid(`invalid --security-opt 2: "${text}"`);
  if (key === "no-new-privileges") {
    const on = value === undefined ? true : parseBoolean(value);
    if (on === undefined) throw unknown();
    return { ...texts, noNewPrivileges: on };
  }
  if (value === undefined) throw invalid(`invalid --security-opt 1: "${text}"`);
  switch (key) {
    case "apparmor":
      return { ...texts, apparmorProfile: value };
    case "seccomp":
      return { ...texts, seccompProfile: value };
    case "label":
      return { ...texts, selinuxOptions: [...texts.selinuxOptions, value] };
    case "mask":
      return { ...texts, mask: [...texts.mask, ...value.split(":")] };
    case "unmask":
      return { ...texts, unmask: [...texts.unmask, ...value.split(":")] };
    case "systempaths":
      if (value !== "unconfined") throw unknown();
      return { ...texts, unmask: [...texts.unmask, "ALL"] };
    case "proc-opts":
      return { ...texts, procOptions: value.split(",") };
    default:
      throw unknown();
  }
}

/**
 * Parses podman's `--security-opt` texts, later ones winning over earlier ones.
 *
 * @throws INVALID_ARGUMENT for unknown keys and values
 */
export function parseSecurityOptions(texts: readonly string[]): SecurityTexts {
  return texts.reduce(addText, EMPTY);
}

/**
 * Merges security options over what a member takes from its pod's infra (spec/pods.md 1.6).
 *
 * @param options as the user gave them
 * @param context.inherited the infra's settings, for a member
 * @param context.host facts of the host
 * @param context.readOnlyByDefault the engine's configuration
 * @throws INVALID_ARGUMENT for bad texts, for capabilities that don't exist or contradict, and for AppArmor where there
 *   is none
 */
export function resolveSecurity(
  options: SecurityOptions,
  context: {
    readonly inherited: SecuritySettings | undefined;
    readonly host: HostFacts;
    readonly readOnlyByDefault: boolean;
  },
): SecuritySettings {
  const { inherited, host } = context;
  const texts = parseSecurityOptions(options.securityOpt ?? []);
  const privileged = options.privileged ?? false;
  const capAdd = [...(inherited?.capAdd ?? []), ...(options.capAdd ?? [])];
  const capDrop = [...(inherited?.capDrop ?? []), ...(options.capDrop ?? [])];
  if (!privileged) mergeCapabilities([], { add: capAdd, drop: capDrop });
  const seccompProfile = texts.seccompProfile ?? inherited?.seccompProfile;
  const apparmorProfile = texts.apparmorProfile ?? inherited?.apparmorProfile;
  if (apparmorProfile !== undefined && apparmorProfile !== "unconfined" && !host.apparmor)
    throw invalid(`apparmor profile "${apparmorProfile}" specified, but Apparmor is not enabled on this system`);
  return {
    privileged,
    capAdd,
    capDrop,
    noNewPrivileges: texts.noNewPrivileges ?? inherited?.noNewPrivileges ?? false,
    ...(seccompProfile === undefined || seccompProfile === "" ? {} : { seccompProfile }),
    ...(apparmorProfile === undefined ? {} : { apparmorProfile }),
    selinuxOptions: [...(inherited?.selinuxOptions ?? []), ...texts.selinuxOptions],
    unmask: texts.unmask,
    mask: texts.mask,
    procOptions: texts.procOptions,
    readOnlyRootfs: options.readOnly ?? context.readOnlyByDefault,
    readOnlyTmpfs: options.readOnlyTmpfs ?? true,
  };
}
