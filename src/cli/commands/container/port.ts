import { fail } from "../../../base/errors.ts";
import { defineCommand, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool } from "../../flag-kinds.ts";
import { LATEST, latestContainer } from "./selection.ts";

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

type PortRow = Awaited<ReturnType<Io["engine"]["containers"]["ports"]>>[number];

/** `80` means `80/tcp`. Throws INVALID_ARGUMENT. */
function wantedPort(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const [number = "", protocol = "tcp"] = value.split("/");
  if (!/^\d+$/.test(number)) throw refuse(`strconv.ParseUint: parsing ${JSON.stringify(number)}: invalid syntax`);
  return `${Number(number)}/${protocol}`;
}

async function printAll(io: Io): Promise<number> {
  for (const row of await io.engine.containers.list()) {
    const ports = await io.engine.containers.ports(row.config.id);
    await io.out(ports.map((port) => `${row.config.id.slice(0, 12)}\t${port.container} -> ${port.host}\n`).join(""));
  }
  return EXIT.ok;
}

async function printOne(io: Io, wanted: string | undefined, ports: readonly PortRow[]): Promise<number> {
  if (wanted === undefined) {
    await io.out(ports.map((port) => `${port.container} -> ${port.host}\n`).join(""));
    return EXIT.ok;
  }
  const found = ports.filter((port) => port.container === wanted);
  if (found.length === 0) throw refuse(`failed to find published port ${JSON.stringify(wanted)}`);
  await io.out(found.map((port) => `${port.host}\n`).join(""));
  return EXIT.ok;
}

/** `container port`. */
export const port = defineCommand({
  usage: "[options] CONTAINER [PORT]",
  description: "Prints the published ports of a container, or where one of them is published.",
  examples: ["port web", "port web 80/tcp", "port --all"],
  flags: { all: bool("Ports of all running containers", { short: "a" }), latest: LATEST },
  args: ({ args, flags }) => {
    if (args.length > 2) throw refuse("`port` accepts at most 2 arguments");
    if (flags["all"] === true && flags["latest"] === true) throw refuse("--all and --latest cannot be used together");
    if (flags["all"] === true && args.length > 0) throw refuse("no arguments are needed with --all");
    if (args.length === 0 && flags["all"] !== true && flags["latest"] !== true)
      throw refuse("you must supply a running container name or id");
  },
  run: async (io, input) => {
    if (input.flags.all) return await printAll(io);
    const [first, second] = input.args;
    const latest = input.flags.latest;
    const wanted = wantedPort(latest ? first : second);
    const ref = latest ? await latestContainer(io) : (first ?? "");
    const ports = await io.engine.containers.ports(ref);
    const id = await io.engine.containers.resolve(ref);
    const running = await io.engine.containers.list({ filters: { id: [id] } });
    // As podman: nothing is published while a container does not run.
    return running.some((row) => row.config.id === id) ? await printOne(io, wanted, ports) : EXIT.ok;
  },
});
