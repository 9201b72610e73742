import { fail } from "../../../base/errors.ts";
import { defineCommand, type Input, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, text } from "../../flag-kinds.ts";
import { errorLine } from "../../render/escape.ts";
import { renderInspect } from "../../render/inspect.ts";
import { type InspectType, inspectAny, isInspectType, TYPES } from "./inspect-any.ts";
import { LATEST, latestContainer } from "./selection.ts";

const FLAGS = {
  format: text("Go template or json", { short: "f", default: "json" }),
  latest: LATEST,
  size: bool("Show sizes of containers", { short: "s" }),
};

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

const checkNames = ({ args, flags }: { args: readonly string[]; flags: Readonly<Record<string, unknown>> }) => {
  if (args.length === 0 && flags["latest"] !== true) throw refuse("no names or ids specified");
  if (args.length > 0 && flags["latest"] === true) throw refuse("--latest and arguments cannot be used together");
};

async function show(io: Io, input: Input<typeof FLAGS>, type: InspectType): Promise<number> {
  const { flags, args } = input;
  const refs = flags.latest ? [await latestContainer(io)] : args;
  const found: Readonly<Record<string, unknown>>[] = [];
  const failures: string[] = [];
  for (const ref of refs) {
    const result = await inspectAny(io.engine, ref, { type, size: flags.size });
    if (result.ok) found.push(result.value);
    else failures.push(`inspecting object: ${result.message}`);
  }
  await io.out(renderInspect(flags.format, found, { raw: !io.terminal.isTerminal("stdout") }));
  for (const failure of failures) io.err(errorLine(failure));
  return failures.length === 0 ? EXIT.ok : EXIT.engine;
}

/** `container inspect`. */
export const inspectContainer = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Prints everything about containers.",
  examples: ["container inspect web", "container inspect --format '{{.State.Status}}' web"],
  flags: FLAGS,
  args: checkNames,
  run: (io, input) => show(io, input, "container"),
});

/** `inspect`: whatever has the name. */
export const inspect = defineCommand({
  usage: "[options] {CONTAINER|IMAGE|POD|NETWORK|VOLUME} [...]",
  description: "Prints everything about containers, images, volumes, networks and pods, whichever has the name.",
  examples: ["inspect web", "inspect --type image alpine", "inspect --format '{{.Id}}' web"],
  flags: { ...FLAGS, type: text("What to look for", { short: "t", default: "all" }) },
  args: checkNames,
  run: async (io, input) => {
    const { type, latest, size } = input.flags;
    const known = type === "" ? "all" : type;
    if (!isInspectType(known))
      throw refuse(`invalid type ${JSON.stringify(type)}: must be ${TYPES.map((t) => `"${t}"`).join(", ")}, or "all"`);
    if (latest && known !== "all" && known !== "container")
      throw refuse(`latest is not supported for type ${JSON.stringify(type)}`);
    if (size && known !== "all" && known !== "container")
      throw refuse(`size is not supported for type ${JSON.stringify(type)}`);
    return await show(io, input, known);
  },
});
