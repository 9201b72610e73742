import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "../support/command.ts";
import type { EngineCli } from "../support/engine-cli.ts";
import { freePort, until } from "../support/wait.ts";
import { type EventLine, Normaliser } from "./normalise.ts";
import { type DetailedStep, type Scenario, splitWords } from "./scenario.ts";

export type Leaf = string | number | boolean | null;

/** What one step showed: fields by name. */
export type Fields = ReadonlyMap<string, Leaf>;

/** What an engine showed in a scenario, normalised. */
export interface Observation {
  /** By step; those that show nothing have no fields. */
  readonly steps: readonly Fields[];
  readonly end: Fields;
  /** Actions in order, by `container NAME` or `pod NAME`. */
  readonly events: ReadonlyMap<string, readonly string[]>;
}

type Raw = { readonly result: Result } | { readonly states: readonly (readonly [string, string])[] } | undefined;

interface PodRow {
  readonly Name: string;
  readonly Status: string;
}

interface ContainerRow {
  readonly Names: readonly string[];
  readonly State: string;
  readonly ExitCode: number;
}

/** States that pass by themselves: the clean-up after an end is another process's work. */
const PASSING = /^(stopped|stopping|removing)$/;

async function rowsOf<T>(engine: EngineCli, args: readonly string[]): Promise<readonly T[]> {
  const result = await engine.run([...args, "--format", "json"]);
  // A container may go while it is being listed; the next try shows what is left.
  return result.code === 0 ? (JSON.parse(result.stdout) as T[]) : await rowsOf(engine, args);
}

async function statesOf(engine: EngineCli): Promise<readonly (readonly [string, string])[]> {
  const containers = await until("containers to settle", async () => {
    const rows = await rowsOf<ContainerRow>(engine, ["ps", "-a"]);
    return rows.some((row) => PASSING.test(row.State)) ? undefined : rows;
  });
  const pods = await rowsOf<PodRow>(engine, ["pod", "ps"]);
  return [
    ...pods.map((pod) => [pod.Name, pod.Status] as const),
    ...containers.map(({ Names, State, ExitCode }) => [Names[0] ?? "", `${State} ${ExitCode}`] as const),
  ];
}

/** A scenario being played on one engine. */
class Player {
  readonly #engine: EngineCli;
  readonly ports: number[] = [];

  constructor(engine: EngineCli) {
    this.#engine = engine;
  }

  async #idOf(name: string): Promise<string> {
    const found = await this.#engine.run(["pod", "inspect", "-f", "{{.ID}}", name]);
    return found.code === 0 ? found.stdout.trim() : await this.#engine.ok("inspect", "-f", "{{.Id}}", name);
  }

  async #fill(word: string): Promise<string> {
    let text = word.replaceAll("{dir}", join(this.#engine.directory, "files"));
    if (text.includes("{port}")) {
      if (this.ports.length === 0) this.ports.push(await freePort());
      text = text.replaceAll("{port}", String(this.ports[0]));
    }
    for (const [whole, form, name] of word.matchAll(/\{(id|short):([^}]+)\}/g)) {
      const id = await this.#idOf(name ?? "");
      text = text.replaceAll(whole, form === "id" ? id : id.slice(0, 12));
    }
    return text;
  }

  async play(step: DetailedStep): Promise<Raw> {
    const words: string[] = [];
    for (const word of splitWords(step.run)) words.push(await this.#fill(word));
    const [verb = "", name = "", ...rest] = words;
    switch (verb) {
      case "@until":
        await this.#until(["inspect", "--type", "container", "-f", "{{.State.Status}}", name], rest);
        return undefined;
      case "@until-pod":
        await this.#until(["pod", "inspect", "-f", "{{.State}}", name], rest);
        return undefined;
      case "@log":
        await until(`"${rest.join(" ")}" in the log of ${name}`, async () =>
          (await this.#engine.run(["logs", name])).stdout.includes(rest.join(" ")),
        );
        return undefined;
      case "@prints":
        await this.#until(rest, [name]);
        return undefined;
      case "@gone":
        await until(`${name} to go`, async () => (await this.#engine.run(["container", "exists", name])).code === 1);
        return undefined;
      case "@file":
        writeFileSync(join(this.#engine.directory, "files", name), rest.join(" "));
        return undefined;
      case "@states":
        return { states: await statesOf(this.#engine) };
      default:
        return { result: await this.#engine.run(words, step.stdin === undefined ? {} : { stdin: step.stdin }) };
    }
  }

  async #until(args: readonly string[], states: readonly string[]): Promise<void> {
    let last = "";
    await until(`\`${args.join(" ")}\` to print ${states.join(" or ")}`, async () => {
      const { stdout, stderr } = await this.#engine.run(args);
      last = stdout.trim() || stderr.trim();
      return states.includes(last);
    }).catch((error: Error) => {
      throw new Error(`${error.message}: it is ${last}`);
    });
  }
}

async function eventsSince(engine: EngineCli, since: string): Promise<EventLine[]> {
  const text = await engine.ok("events", "--stream=false", "--since", since, "--format", "json");
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as EventLine);
}

function jsonOf(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Lines, and items of a line. */
const sortLines = (text: string) => text.split(/\n|, /).sort().join("\n");

/** podman keeps the errors of several members in a map, so their order is random. */
function sortErrors(text: string): string {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  return lines.every((line) => line.startsWith("Error: ")) ? [...lines.sort(), last].join("\n") : text;
}

function fieldsOf(raw: Raw, normaliser: Normaliser, unordered = false): Fields {
  if (raw === undefined) return new Map();
  if ("states" in raw)
    return new Map(raw.states.map(([name, state]) => [normaliser.text(name), state] as const).sort());
  const { code, stdout, stderr } = raw.result;
  const textOf = (text: string) => (unordered ? sortLines(normaliser.text(text)) : normaliser.text(text));
  const json = jsonOf(stdout);
  const output: [string, Leaf][] = json === undefined ? [["stdout", textOf(stdout)]] : normaliser.flatten(json);
  return new Map<string, Leaf>([["code", code], ["stderr", textOf(sortErrors(normaliser.text(stderr)))], ...output]);
}

/** The actions of each container and pod. `cleanup` is left out: podman writes it once, twice or not at all. */
function actionsOf(events: readonly EventLine[], normaliser: Normaliser): Map<string, string[]> {
  const names = new Map<string, string>();
  const actions = new Map<string, string[]>();
  for (const { Type, Status, ID, Name } of events) {
    if (!/^(container|pod)$/.test(Type) || Status === "cleanup") continue;
    const name = names.get(ID) ?? `${Type} ${normaliser.text(Name)}`;
    names.set(ID, name);
    actions.set(name, [...(actions.get(name) ?? []), Status]);
  }
  return actions;
}

/** Takes away all that a scenario made, so that the next one finds an empty engine. */
async function clear(engine: EngineCli, script: string): Promise<void> {
  for (const args of ["pod rm -fa -t 0", "rm -fa -t 0"]) {
    // podman may fail when its own clean-up helper was faster; what counts is that nothing is left.
    await until(`"${args}" to succeed`, async () => (await engine.run(args.split(" "))).code === 0);
  }
  if (script.includes("volume") || script.includes(" -v ")) await engine.run(["volume", "rm", "-fa"]);
  if (script.includes("network create")) await engine.run(["network", "prune", "-f"]);
  for (const file of script.matchAll(/@file (\S+)/g))
    rmSync(join(engine.directory, "files", file[1] ?? ""), { force: true });
}

/** Plays a scenario on an engine and removes everything afterwards. */
export async function observe(engine: EngineCli, scenario: Scenario): Promise<Observation> {
  const steps = scenario.steps.map((step): DetailedStep => (typeof step === "string" ? { run: step } : step));
  const script = steps.map((step) => step.run).join("\n");
  const player = new Player(engine);
  const since = new Date().toISOString();
  try {
    const raw: Raw[] = [];
    for (const step of steps) raw.push(await player.play(step));
    const end = { states: await statesOf(engine) };
    const events = await eventsSince(engine, since);
    const { directory, command } = engine;
    const normaliser = new Normaliser({ directory, command, ports: player.ports }, events, script);
    return {
      steps: raw.map((item, index) => fieldsOf(item, normaliser, steps[index]?.unordered)),
      end: fieldsOf(end, normaliser),
      events: actionsOf(events, normaliser),
    };
  } finally {
    await clear(engine, script);
  }
}
