import { findCycle } from "../../base/graph.ts";
import type { PodCreateOptions, PodMemberOptions } from "../../engine/api/pods.ts";
import { suggestionsFor } from "../suggestions.ts";
import { parseYaml } from "./parse-yaml.ts";
import { POD } from "./pod-shape.ts";
import { Problems } from "./problems.ts";
import type { Position, Value } from "./value.ts";

export interface PodFile {
  /** As messages name it. */
  readonly name: string;
  readonly text: string;
  /** Absolute directory that relative paths in it are of. */
  readonly directory: string;
}

/**
 * Reads a pod described in YAML or JSON.
 *
 * @returns what `engine.pods.create` takes
 * @throws INVALID_ARGUMENT with a line `file:line:column: what is wrong, and what would be right` for each problem
 */
export async function readPodFile(file: PodFile): Promise<PodCreateOptions> {
  const problems = new Problems();
  const value = await parseYaml(file.text, problems);
  const options = value && POD.read(value, { problems, directory: file.directory, path: "" });
  if (value !== undefined && options !== undefined) checkReferences(value, options, problems);
  problems.throwIfAny(file.name);
  return options ?? {};
}

const child = (value: Value | undefined, key: string): Value | undefined =>
  value?.kind === "map" ? value.entries.find((entry) => entry.key === key)?.value : undefined;

/** Where a word stands within a value: as a key, or as an item of a list. */
function placeOf(value: Value | undefined, word: string): Position | undefined {
  if (value?.kind === "map") return value.entries.find((entry) => entry.key === word)?.keyAt;
  if (value?.kind !== "list") return undefined;
  return value.items.find((item) => item.kind === "text" && item.value === word)?.at;
}

/** Names that lead to other members of the file. */
function checkReferences(document: Value, options: PodCreateOptions, problems: Problems): void {
  const members = options.containers ?? {};
  const described = child(document, "containers");
  const keys = described?.kind === "map" ? described.entries.map((entry) => entry.key) : [];
  const needs = new Map<string, readonly string[]>();
  const unknown = (name: string) => {
    const [nearest] = suggestionsFor(name, keys);
    return `no container ${JSON.stringify(name)} in this file; ${nearest === undefined ? `there are ${keys.join(", ")}` : `did you mean "${nearest}"?`}`;
  };
  for (const [key, member] of Object.entries(members)) {
    const dependsOn = child(child(described, key), "dependsOn");
    const names = namesOf(member);
    for (const name of names)
      if (!keys.includes(name))
        problems.add(
          placeOf(dependsOn, name) ?? dependsOn?.at ?? document.at,
          `containers.${key}.dependsOn: ${unknown(name)}`,
        );
    needs.set(
      key,
      names.filter((name) => keys.includes(name)),
    );
  }
  const cycle = findCycle(needs);
  if (cycle !== undefined)
    problems.add(
      placeOf(described, cycle[0] ?? "") ?? document.at,
      `containers: ${cycle.join(" needs ")}, so none of them can start; take one dependency away`,
    );
  const { exitPolicy } = options;
  const named = Object.values(members).map((member) => member.name);
  if (exitPolicy?.policy === "main" && !keys.includes(exitPolicy.container) && !named.includes(exitPolicy.container))
    problems.add(child(document, "exitPolicy")?.at ?? document.at, `exitPolicy: ${unknown(exitPolicy.container)}`);
}

function namesOf(member: PodMemberOptions): readonly string[] {
  const { dependsOn } = member;
  return Array.isArray(dependsOn) ? dependsOn.map((edge: { readonly container: string }) => edge.container) : [];
}
