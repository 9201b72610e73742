import { fail } from "../../base/errors.ts";
import { parseCsv } from "./go-values.ts";
import { checkMountOptions } from "./mount-options.ts";
import { type ParsedMount, parseDestination, parseHostPath } from "./mounts.ts";

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });
const missing = (message: string) => refuse(`${message}: must provide an argument for option`);
const unknown = (name: string) => refuse(`${name}: invalid mount option`);

const FORMAT =
  "incorrect mount format: should be --mount type=<bind|tmpfs|volume>,[src=<host-dir|volume-name>,]target=<ctr-dir>[,options]";

const TYPES = ["bind", "volume", "tmpfs", "image", "devpts"] as const;
type MountType = (typeof TYPES)[number];

const PROPAGATION = [
  ...["shared", "rshared", "private", "rprivate"],
  ...["slave", "rslave", "unbindable", "runbindable"],
];

/** What has been read of one `--mount` value. */
interface Draft {
  readonly type: MountType;
  source?: string;
  destination?: string;
  readWrite?: boolean;
  subpath?: string;
  readonly options: string[];
  readonly once: Set<string>;
}

interface Field {
  readonly name: string;
  readonly value: string | undefined;
}

type Reader = (draft: Draft, field: Field) => void;

function requiredValue({ name, value }: Field): string {
  if (value === undefined) throw missing(name);
  return value;
}

/** A bool that may be left out: `ro`, `ro=true`, `ro=false`. */
function switchOf({ value }: Field, label: string): boolean {
  if (value === undefined) return true;
  const word = value.toLowerCase();
  if (word === "true") return true;
  if (word === "false") return false;
  throw missing(`${label} must be set to true or false, instead received "${value}"`);
}

function onlyOnce(draft: Draft, key: string, label: string): void {
  if (draft.once.has(key)) throw missing(`cannot pass ${label} options more than once`);
  draft.once.add(key);
}

const readSource: Reader = (draft, field) => {
  draft.source = requiredValue(field);
};

const readDestination: Reader = (draft, field) => {
  draft.destination = parseDestination(requiredValue(field));
};

const readWritable: Reader = (draft, field) => {
  const label = "'readonly', 'ro', or 'rw'";
  onlyOnce(draft, "writable", label);
  const on = switchOf(field, label);
  draft.options.push((field.name === "rw") === on ? "rw" : "ro");
};

const pair = (positive: string, negative: string): Reader => {
  return (draft, field) => {
    onlyOnce(draft, positive, `'${negative}' and '${positive}'`);
    if (field.value !== undefined) throw unknown(field.name);
    draft.options.push(field.name);
  };
};

const readChown: Reader = (draft, field) => {
  if (switchOf(field, "'U' or 'chown'")) draft.options.push("U");
};

const readPropagation: Reader = (draft, field) => {
  draft.options.push(field.name === "bind-propagation" ? requiredValue(field) : field.name);
};

const readRelabel: Reader = (draft, field) => {
  if (field.value !== "private" && field.value !== "shared")
    throw refuse("relabel mount option must be 'private' or 'shared': invalid mount option");
  draft.options.push(field.value === "private" ? "Z" : "z");
};

const readKernelValue = (name: string): Reader => {
  return (draft, field) => {
    onlyOnce(draft, name, `'${field.name}'`);
    draft.options.push(`${name}=${requiredValue(field)}`);
  };
};

const readWord: Reader = (draft, field) => {
  draft.options.push(field.name);
};

const ignore: Reader = () => {};

const all = (names: readonly string[], reader: Reader) => Object.fromEntries(names.map((name) => [name, reader]));

const SOURCE = all(["src", "source"], readSource);
const DESTINATION = all(["dst", "target", "destination"], readDestination);
const WRITABLE = all(["ro", "readonly", "rw"], readWritable);
const FLAGS = {
  ...all(["suid", "nosuid"], pair("suid", "nosuid")),
  ...all(["dev", "nodev"], pair("dev", "nodev")),
  ...all(["exec", "noexec"], pair("exec", "noexec")),
};
const CHOWN = all(["U", "chown"], readChown);
const COMMON = { ...DESTINATION, ...WRITABLE, ...FLAGS, consistency: ignore };

const READERS: Readonly<Record<MountType, Readonly<Record<string, Reader>>>> = {
  bind: {
    ...COMMON,
    ...SOURCE,
    ...CHOWN,
    ...all([...PROPAGATION, "bind-propagation"], readPropagation),
    relabel: readRelabel,
    "bind-nonrecursive": (draft) => void draft.options.push("bind"),
    ...all(["z", "Z", "idmap", "rbind"], readWord),
  },
  volume: {
    ...COMMON,
    ...SOURCE,
    ...CHOWN,
    ...all(["z", "Z", "idmap", "copy", "nocopy"], readWord),
    ...all(["subpath", "volume-subpath"], (draft, field) => {
      draft.subpath = requiredValue(field);
    }),
    "volume-label": ignore,
    "volume-opt": () => {
      throw refuse("volume-opt: create the volume with `minke volume create --opt` instead: invalid mount option");
    },
  },
  tmpfs: {
    ...COMMON,
    ...CHOWN,
    ...all(["src", "source"], () => {
      throw refuse("source is not supported with tmpfs mounts");
    }),
    "tmpfs-size": readKernelValue("size"),
    "tmpfs-mode": readKernelValue("mode"),
    ...all(["tmpcopyup", "notmpcopyup"], readWord),
  },
  image: {
    ...SOURCE,
    ...DESTINATION,
    consistency: ignore,
    ...all(["rw", "readwrite"], (draft, field) => {
      draft.readWrite = switchOf(field, "'readonly', 'ro', or 'rw'");
    }),
  },
  devpts: {
    ...DESTINATION,
    ...all(["uid", "gid", "mode", "ptxmode", "newinstance", "max"], (draft, field) => {
      draft.options.push(field.value === undefined ? field.name : `${field.name}=${field.value}`);
    }),
  },
};

function finish(draft: Draft, cwd: string): ParsedMount {
  const { type, source, destination, options } = draft;
  if (type === "image") {
    if (!source || !destination) throw refuse("must set source and destination for image volume");
    return {
      type,
      image: source,
      destination,
      ...(draft.readWrite === undefined ? {} : { readWrite: draft.readWrite }),
    };
  }
  if (destination === undefined) throw refuse("must set volume destination");
  const chosen = options.length > 0 ? { options } : {};
  if (type === "tmpfs" || type === "devpts") return { type, destination, ...chosen };
  checkMountOptions(options);
  if (type === "bind") {
    if (source === "") throw missing("host directory cannot be empty");
    return { type, source: parseHostPath(source ?? destination, cwd), destination, ...chosen };
  }
  const name = source === undefined || source === "" ? {} : { name: source };
  return { type, ...name, destination, ...chosen, ...(draft.subpath === undefined ? {} : { subpath: draft.subpath }) };
}

/**
 * One value of `--mount`: `type=bind,source=/a,target=/b,ro`. Throws INVALID_ARGUMENT with podman's text.
 *
 * @param cwd what relative paths are relative to
 */
export function parseMountFlag(text: string, cwd: string): ParsedMount {
  const fields = parseCsv(text).map((field): Field => {
    const at = field.indexOf("=");
    return at < 0 ? { name: field, value: undefined } : { name: field.slice(0, at), value: field.slice(at + 1) };
  });
  const first = fields.shift();
  if (first?.name !== "type" || first.value === undefined || fields.some((field) => field.name === ""))
    throw refuse(FORMAT);
  const type = TYPES.find((known) => known === first.value);
  if (type === undefined) throw refuse(`invalid filesystem type "${first.value}"`);
  const draft: Draft = { type, options: [], once: new Set() };
  for (const field of fields) {
    const reader = Object.hasOwn(READERS[type], field.name) ? READERS[type][field.name] : undefined;
    if (!reader) throw unknown(field.name);
    reader(draft, field);
  }
  return finish(draft, cwd);
}
