import { fail } from "../base/errors.ts";
import type { OciSeccomp, OciSyscallRule } from "./oci.ts";

/** Runtimes speak libseccomp's names, profiles are written with Go's. */
const NATIVE_ARCHITECTURES: Readonly<Record<string, string>> = {
  "386": "SCMP_ARCH_X86",
  amd64: "SCMP_ARCH_X86_64",
  arm: "SCMP_ARCH_ARM",
  arm64: "SCMP_ARCH_AARCH64",
  loong64: "SCMP_ARCH_LOONGARCH64",
  mips64: "SCMP_ARCH_MIPS64",
  mips64le: "SCMP_ARCH_MIPSEL64",
  ppc64le: "SCMP_ARCH_PPC64LE",
  riscv64: "SCMP_ARCH_RISCV64",
  s390x: "SCMP_ARCH_S390X",
};

/** Names of errno values that profiles use, as Linux numbers them on every architecture we run on. */
const ERRNO_NUMBERS: Readonly<Record<string, number>> = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOTTY: 25,
  ENOSYS: 38,
  EAFNOSUPPORT: 97,
  EOPNOTSUPP: 95,
};

type Fields = Readonly<Record<string, unknown>>;

function bad(detail: string) {
  return fail("INVALID_ARGUMENT", { message: `loading seccomp profile failed: ${detail}` });
}

function asFields(value: unknown, name: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(`${name} must be an object`);
  return value as Fields;
}

function asList(value: unknown, name: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw bad(`${name} must be a list`);
  return value;
}

function asStrings(value: unknown, name: string): readonly string[] {
  return asList(value, name).map((item) => {
    if (typeof item !== "string") throw bad(`${name} must hold strings`);
    return item;
  });
}

function asNumber(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) throw bad(`${name} must be a whole number`);
  return value;
}

function asText(value: unknown, name: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw bad(`${name} must be a string`);
  return value;
}

/** The named errno wins over the number. */
function errnoOf(name: unknown, number: unknown, field: string): number | undefined {
  const text = asText(name, field);
  if (text === "") return asNumber(number, `${field}Ret`);
  const known = Object.hasOwn(ERRNO_NUMBERS, text) ? ERRNO_NUMBERS[text] : undefined;
  if (known === undefined) throw bad(`unknown errno ${text}`);
  return known;
}

function architecturesOf(profile: Fields, native: string | undefined): readonly string[] | undefined {
  const plain = asStrings(profile["architectures"], "architectures");
  const map = asList(profile["archMap"], "archMap").map((entry) => asFields(entry, "archMap entry"));
  if (plain.length > 0 && map.length > 0)
    throw bad("both 'architectures' and 'archMap' are specified in the seccomp profile, use either one");
  if (plain.length > 0) return plain;
  const found = map.find((entry) => native !== undefined && entry["architecture"] === native);
  return found === undefined || native === undefined
    ? undefined
    : [native, ...asStrings(found["subArchitectures"], "subArchitectures")];
}

interface Container {
  readonly architecture: string;
  readonly capabilities: ReadonlySet<string>;
}

/** A rule with includes and excludes applies only to some architectures and capability sets. */
function applies(rule: Fields, container: Container): boolean {
  const excludes = asFields(rule["excludes"] ?? {}, "excludes");
  const includes = asFields(rule["includes"] ?? {}, "includes");
  const includedArches = asStrings(includes["arches"], "arches");
  if (asStrings(excludes["arches"], "arches").includes(container.architecture)) return false;
  if (asStrings(excludes["caps"], "caps").some((cap) => container.capabilities.has(cap))) return false;
  if (includedArches.length > 0 && !includedArches.includes(container.architecture)) return false;
  return asStrings(includes["caps"], "caps").every((cap) => container.capabilities.has(cap));
}

function convertArgument(value: unknown): NonNullable<OciSyscallRule["args"]>[number] {
  const arg = asFields(value, "syscall argument");
  const valueTwo = asNumber(arg["valueTwo"], "valueTwo") ?? 0;
  return {
    index: asNumber(arg["index"], "index") ?? 0,
    value: asNumber(arg["value"], "value") ?? 0,
    ...(valueTwo === 0 ? {} : { valueTwo }),
    op: asText(arg["op"], "op"),
  };
}

function convertRule(rule: Fields): OciSyscallRule {
  const name = asText(rule["name"], "name");
  const names = asStrings(rule["names"], "names");
  if (name !== "" && names.length > 0)
    throw bad("'name' and 'names' were specified in the seccomp profile, use either one");
  const errnoRet = errnoOf(rule["errno"], rule["errnoRet"], "errno");
  const args = asList(rule["args"], "args").map(convertArgument);
  return {
    names: name === "" ? names : [name],
    action: asText(rule["action"], "action"),
    ...(errnoRet === undefined ? {} : { errnoRet }),
    ...(args.length === 0 ? {} : { args }),
  };
}

/**
 * Turns a seccomp profile in the format of the container engines into the form of the OCI runtime specification, for one
 * container (spec/components.md 9).
 *
 * @param profile the parsed JSON of the profile: hostile input
 * @param container.architecture Go's name of the host's architecture
 * @param container.capabilities the container's bounding set
 * @throws INVALID_ARGUMENT for a profile that is malformed or contradicts itself
 */
export function convertSeccomp(
  profile: unknown,
  container: { readonly architecture: string; readonly capabilities: readonly string[] },
): OciSeccomp {
  const fields = asFields(profile, "profile");
  const facts = { architecture: container.architecture, capabilities: new Set(container.capabilities) };
  const defaultAction = asText(fields["defaultAction"], "defaultAction");
  if (defaultAction === "") throw bad("defaultAction is missing");
  const errno = errnoOf(fields["defaultErrno"], fields["defaultErrnoRet"], "defaultErrno");
  const architectures = architecturesOf(fields, NATIVE_ARCHITECTURES[container.architecture]);
  const flags = asStrings(fields["flags"], "flags");
  const listenerPath = asText(fields["listenerPath"], "listenerPath");
  const listenerMetadata = asText(fields["listenerMetadata"], "listenerMetadata");
  const rules = asList(fields["syscalls"], "syscalls").map((rule) => asFields(rule, "syscall rule"));
  return {
    defaultAction,
    ...(errno === undefined ? {} : { defaultErrnoRet: errno }),
    ...(architectures === undefined ? {} : { architectures }),
    ...(flags.length === 0 ? {} : { flags }),
    ...(listenerPath === "" ? {} : { listenerPath }),
    ...(listenerMetadata === "" ? {} : { listenerMetadata }),
    syscalls: rules.filter((rule) => applies(rule, facts)).map(convertRule),
  };
}
