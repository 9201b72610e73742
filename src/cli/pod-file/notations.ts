import { resolve } from "node:path";
import { defined } from "../../base/defined.ts";
import type { MountOption, PortOption } from "../../engine/api/container-options.ts";
import type { DependencyCondition } from "../../model/container.ts";
import { parseDevice } from "../../model/notation/devices.ts";
import { parseDuration } from "../../model/notation/durations.ts";
import { parseExitPolicy } from "../../model/notation/exit-policy.ts";
import { splitPair } from "../../model/notation/key-values.ts";
import { parseVolume } from "../../model/notation/mounts.ts";
import { isNetworkMode, parseNetworks } from "../../model/notation/networks.ts";
import { parsePort } from "../../model/notation/ports.ts";
import { parseRestartPolicy } from "../../model/notation/restart-policy.ts";
import { parseSize } from "../../model/notation/sizes.ts";
import { parseUlimit } from "../../model/notation/ulimits.ts";
import {
  BOOLEAN,
  either,
  listOf,
  mapOf,
  mapped,
  numberIn,
  recordOf,
  type Shape,
  scalar,
  TEXT,
  textOf,
  WORD,
  wordOf,
} from "./shape.ts";

/** The greatest whole number that means something. */
export const MAX = Number.MAX_SAFE_INTEGER;

export const COUNT = numberIn(0, MAX, { whole: true });

/** Bytes. */
export const SIZE: Shape<number> = either(COUNT, textOf('a size such as "512m" or a number of bytes', parseSize));

/** Seconds. */
export const SECONDS: Shape<number> = either(
  numberIn(0, MAX, { whole: false }),
  textOf('a time such as "1m30s" or a number of seconds', (text) => parseDuration(text) / 1000),
);

const WHOLE_SECONDS: Shape<number> = mapped(SECONDS, Math.ceil);

export { WHOLE_SECONDS };

export const TEXTS = listOf(WORD);

/** Names to texts; numbers and truth values stand for themselves. */
export const TEXT_MAP = mapOf(WORD);

/** A map, or a list of `KEY=VALUE`. */
export const ENVIRONMENT: Shape<Readonly<Record<string, string>>> = either(
  TEXT_MAP,
  mapped(listOf(textOf("text such as KEY=VALUE", pairOf)), (pairs) => Object.fromEntries(pairs)),
);

function pairOf(text: string): readonly [string, string] {
  const { key, value } = splitPair(text);
  if (key === "" || value === undefined) throw new Error("no KEY=VALUE");
  return [key, value];
}

/** An argv; a single word needs no list. */
export const ARGV: Shape<readonly string[]> = either(
  TEXTS,
  textOf('a list such as ["sh", "-c", "exec httpd"], or one word', (text) => {
    if (/\s/.test(text)) throw new Error("it is not split into words");
    return [text];
  }),
);

export const PORT = numberIn(1, 65_535, { whole: true });

/** A published port. */
export const PUBLISHED: Shape<PortOption> = either(
  mapped(PORT, (container) => ({ container })),
  textOf('a port such as "8080:80" or "127.0.0.1:5353:53/udp"', parsePort),
  mapped(
    recordOf(
      { host: PORT, container: PORT, hostIp: TEXT, protocol: wordOf(["tcp", "udp", "sctp"]), range: PORT },
      { what: "a port", required: ["container"] },
    ),
    ({ container = 0, ...rest }) => ({ container, ...rest }),
  ),
);

const OPTIONS = listOf(TEXT);
const hostPath = textOf("a path", (text, { directory }) => resolve(directory, text));
const mountRecord = recordOf(
  {
    type: wordOf(["bind", "volume", "tmpfs", "image", "devpts"]),
    source: hostPath,
    name: TEXT,
    image: TEXT,
    destination: TEXT,
    options: OPTIONS,
    subpath: TEXT,
    readWrite: BOOLEAN,
  },
  { what: "a mount", required: ["type", "destination"] },
);

/** A mount: podman's `--volume` notation or a map as the library takes it. */
export const MOUNT: Shape<MountOption> = either(
  textOf('a mount such as "data:/data:ro", "./here:/there" or "/cache"', (text, { directory }) =>
    parseVolume(text, directory),
  ),
  mapped(mountRecord, mountOf),
);

type MountFields = NonNullable<ReturnType<typeof mountRecord.read>>;

/** Keys that each type of mount has besides `type` and `destination`. */
const MOUNT_KEYS = {
  bind: ["source", "options"],
  volume: ["name", "options", "subpath"],
  tmpfs: ["options"],
  image: ["image", "readWrite"],
  devpts: ["options"],
} as const;

function mountOf({ type, destination, ...rest }: MountFields): MountOption {
  // Required, and refused before this where they are missing.
  if (type === undefined || destination === undefined) return { type: "tmpfs", destination: "/" };
  const allowed: readonly string[] = MOUNT_KEYS[type];
  const odd = Object.keys(rest).find((key) => !allowed.includes(key));
  if (odd !== undefined) throw new Error(`a ${type} mount has no "${odd}" (it has ${allowed.join(", ")})`);
  const { source, image } = rest;
  if (type === "bind") {
    if (source === undefined) throw new Error('a bind mount needs "source"');
    return defined({ type, destination, source, options: rest.options });
  }
  if (type === "image") {
    if (image === undefined) throw new Error('an image mount needs "image"');
    return defined({ type, destination, image, readWrite: rest.readWrite });
  }
  if (type === "volume")
    return defined({ type, destination, name: rest.name, options: rest.options, subpath: rest.subpath });
  return defined({ type, destination, options: rest.options });
}

/** One network. */
export const NETWORK = either(
  textOf('a network such as "backend", "backend:ip=10.5.0.7" or "host"', (text) => {
    const [network, ...more] = parseNetworks([text]);
    if (network === undefined || more.length > 0) throw new Error("not one network");
    return network;
  }),
  mapped(
    recordOf(
      { name: TEXT, ips: listOf(TEXT), mac: TEXT, aliases: listOf(TEXT), interfaceName: TEXT },
      { what: "a network", required: ["name"] },
    ),
    ({ name = "", ...rest }) => {
      if (isNetworkMode(name) && Object.keys(rest).length > 0) throw new Error(`${name} takes no other keys`);
      return { name, ...rest };
    },
  ),
);

export const DEVICE = either(
  textOf('a device such as "/dev/fuse" or "/dev/sda:/dev/disk:r"', parseDevice),
  mapped(
    recordOf(
      { source: TEXT, destination: TEXT, permissions: textOf('some of "r", "w" and "m"', (text) => text) },
      { what: "a device", required: ["source"] },
    ),
    ({ source = "", destination = source, permissions = "rwm" }) => ({ source, destination, permissions }),
  ),
);

export const ULIMIT = either(
  textOf('a limit such as "nofile=1024:4096"', parseUlimit),
  mapped(
    recordOf(
      { name: TEXT, soft: numberIn(-1, MAX, { whole: true }), hard: numberIn(-1, MAX, { whole: true }) },
      { what: "a limit", required: ["name", "soft"] },
    ),
    ({ name = "", soft = 0, hard = soft }) => parseUlimit(`${name}=${soft}:${hard}`),
  ),
);

export const RESTART = either(
  textOf('"no", "always", "unless-stopped", "on-failure" or "on-failure:3"', parseRestartPolicy),
  mapped(
    recordOf(
      { name: wordOf(["no", "always", "on-failure", "unless-stopped"]), maxRetries: COUNT },
      { what: "a restart policy", required: ["name"] },
    ),
    ({ name = "no", maxRetries = 0 }) => ({ name, maxRetries }),
  ),
);

export const EXIT_POLICY = textOf('"continue", "stop", "any", "failure" or "main:CONTAINER"', parseExitPolicy);

/** YAML reads 0022 as twenty-two: what stands in the file counts, in octal. */
export const OCTAL: Shape<number> = scalar({
  schema: { type: ["string", "integer"], pattern: "^[0-7]{1,4}$" },
  right: 'an octal mode such as "0022"',
  kinds: ["text", "number"],
  parse: (value) => {
    const text = value.kind === "number" ? value.source : String(value.value);
    if (!/^(0o)?[0-7]{1,4}$/.test(text)) throw new Error("not octal");
    return Number.parseInt(text.replace(/^0o/, ""), 8);
  },
});

const CONDITIONS = ["started", "healthy", "ready", "completed"] as const;
const CONDITION = wordOf<DependencyCondition>(CONDITIONS);
const conditionRecord = recordOf({ condition: CONDITION, timeout: SECONDS }, { what: "a dependency" });

type DependencyShape = Shape<
  readonly { readonly container: string; readonly condition?: DependencyCondition; readonly timeoutSeconds?: number }[]
>;

/** A map from members to conditions, or a list of members that must have been started. */
export const DEPENDS_ON: DependencyShape = either(
  mapped(listOf(TEXT), (names) => names.map((container) => ({ container }))),
  mapped(
    mapOf(
      either(
        mapped(CONDITION, (condition) => ({ condition, timeout: undefined })),
        conditionRecord,
      ),
    ),
    (conditions) =>
      Object.entries(conditions).map(([container, { condition, timeout }]) =>
        defined({ container, condition, timeoutSeconds: timeout }),
      ),
  ),
);
