import { hasCode } from "../../../base/errors.ts";
import type { PodCloneOptions } from "../../../engine/api/pod-options.ts";
import { between } from "../../argument-rules.ts";
import { defineCommand, type Input, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, type FlagTable, type FlagValues, text } from "../../flag-kinds.ts";
import { errorLine } from "../../render/escape.ts";
import { CREATE_FLAGS } from "./create-flags.ts";
import { podCreateOptions } from "./create-options.ts";

/** Flags of `pod create` that a clone has too (spec/pods.md 9.3): nothing about networks, hosts files and sharing. */
const INHERITED = [
  "blkio-weight",
  "blkio-weight-device",
  "cgroup-parent",
  "cpu-shares",
  "cpus",
  "cpuset-cpus",
  "cpuset-mems",
  "device",
  "device-read-bps",
  "device-write-bps",
  "gidmap",
  "hostname",
  "infra-command",
  "infra-conmon-pidfile",
  "infra-name",
  "label",
  "label-file",
  "memory",
  "memory-swap",
  "pid",
  "security-opt",
  "shm-size",
  "subgidname",
  "subuidname",
  "sysctl",
  "uidmap",
  "userns",
  "uts",
  "volume",
  "volumes-from",
] as const;

type Inherited = (typeof INHERITED)[number];

const inheritedFlags = Object.fromEntries(INHERITED.map((name) => [name, CREATE_FLAGS[name]])) as Pick<
  typeof CREATE_FLAGS,
  Inherited
>;

const CLONE_FLAGS = {
  ...inheritedFlags,
  destroy: bool("Remove the source when the clone has been made"),
  name: text("Name of the clone", { short: "n" }),
  start: bool("Start the clone"),
} satisfies FlagTable;

function defaultsOf<F extends FlagTable>(flags: F): FlagValues<F> {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, flag.initial])) as FlagValues<F>;
}

/** What the flags ask for besides what the source has. Throws INVALID_ARGUMENT as `pod create` does. */
function cloneOptions(io: Io, input: Input<typeof CLONE_FLAGS>): PodCloneOptions {
  const { destroy, name, start, ...flags } = input.flags;
  const asCreate = { ...input, args: [], flags: { ...defaultsOf(CREATE_FLAGS), ...flags } };
  const {
    exitPolicy: _policy,
    replace: _replace,
    podIdFile: _file,
    infra: _infra,
    ...options
  } = podCreateOptions(io, asCreate);
  const wanted = input.args[1] ?? name;
  return { ...options, ...(wanted === undefined ? {} : { name: wanted }), destroy, start };
}

/** `pod clone` (spec/pods.md 3.11, 9.3). */
export const clone = defineCommand({
  usage: "[options] POD [NAME]",
  description: [
    "Makes a pod like another one with clones of all its containers, all or nothing, and prints its ID.",
    "The clone keeps shared namespaces, networks, ports, limits, exit policy, a host name that was given and the dependencies",
    "between its containers. Flags add to that or replace it. Named volumes are shared, anonymous ones are new.",
  ].join("\n"),
  examples: ["pod clone web", "pod clone --destroy --start --memory 1g web web2"],
  flags: CLONE_FLAGS,
  args: between(1, 2),
  run: async (io, input) => {
    const [source = ""] = input.args;
    const progress = (line: string) => io.err(`${line}\n`);
    try {
      const pod = await io.engine.pods.clone(source, cloneOptions(io, input), { signal: io.signal, progress });
      for (const warning of pod.warnings) io.err(`${warning}\n`);
      await io.out(`${pod.id}\n`);
      return EXIT.ok;
    } catch (error) {
      if (!hasCode(error, "CLONE_UNFINISHED")) throw error;
      await io.out(`pod ${error.data.id} created but error after creation\n`);
      io.err(errorLine(error.data.reason));
      return EXIT.engine;
    }
  },
});
