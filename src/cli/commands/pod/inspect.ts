import { fail } from "../../../base/errors.ts";
import type { ArgumentRule } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { text } from "../../flag-kinds.ts";
import { inspectMany } from "../../inspect-many.ts";
import { latestPod } from "./members.ts";
import { LATEST } from "./selection.ts";

/** Fields that the JSON leaves out when empty (spec/pods.md 8.1), for templates. */
const ZEROS = {
  Namespace: "",
  CreateCommand: [],
  ExitPolicy: "",
  Labels: new Map(),
  CgroupParent: "",
  CgroupPath: "",
  InfraContainerID: "",
  InfraConfig: null,
  SharedNamespaces: [],
  Containers: [],
  cpu_period: 0,
  cpu_quota: 0,
  cpu_shares: 0,
  cpuset_cpus: "",
  cpuset_mems: "",
  mounts: [],
  devices: [],
  device_read_bps: [],
  device_write_bps: [],
  volumes_from: [],
  security_opt: [],
  memory_limit: 0,
  memory_swap: 0,
  blkio_weight: 0,
  blkio_weight_device: [],
  RestartPolicy: "",
};

const rule: ArgumentRule = ({ args, flags }) => {
  if (flags["latest"] === true && args.length > 0)
    throw fail("INVALID_ARGUMENT", { message: "--latest and arguments cannot be used together" });
  if (flags["latest"] !== true && args.length === 0)
    throw fail("INVALID_ARGUMENT", { message: "no names or ids specified" });
};

/** `pod inspect` (spec/pods.md 8.1). */
export const inspect = defineCommand({
  usage: "[options] POD [POD...]",
  description: "Prints everything that is known about pods, as JSON or through a Go template.",
  examples: ["pod inspect web", "pod inspect --format '{{.State}}' web"],
  flags: {
    format: text("Go template, or json", { short: "f", default: "json" }),
    latest: LATEST,
  },
  args: rule,
  run: async (io, input) =>
    await inspectMany(io, {
      refs: input.flags.latest ? [(await latestPod(io)).config.id] : input.args,
      inspect: (ref) => io.engine.pods.inspect(ref),
      format: input.flags.format,
      missing: (ref) => `no such pod ${ref}`,
      zeros: ZEROS,
      single: true,
    }),
});
