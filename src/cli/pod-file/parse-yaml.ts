import type { Problems } from "./problems.ts";
import type { Entry, Position, Value } from "./value.ts";

/** Bytes; a pod is a page or two. */
const MAX_LENGTH = 1 << 20;
const MAX_DEPTH = 32;
/** Aliases may stand for each other; this many values are more than any pod has. */
const MAX_VALUES = 20_000;

type Yaml = typeof import("yaml");
type Node = import("yaml").Node;

/**
 * Reads a YAML 1.2 or JSON document into values with positions. The parser is loaded by the first call.
 *
 * @param problems receives what is no YAML, and what YAML has and a pod file must not: several documents, tags, duplicate and
 *   structured keys
 * @returns undefined after a problem
 */
export async function parseYaml(text: string, problems: Problems): Promise<Value | undefined> {
  const start: Position = { line: 1, column: 1 };
  if (text.length > MAX_LENGTH) return problems.add(start, `larger than ${MAX_LENGTH} characters; write less`);
  const yaml: Yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const documents = yaml.parseAllDocuments(text, {
    lineCounter: lines,
    version: "1.2",
    schema: "core",
    prettyErrors: false,
  });
  if (!Array.isArray(documents)) return problems.add(start, "nothing in it; give a map with containers");
  const [document, second] = documents;
  if (document === undefined) return problems.add(start, "nothing in it; give a map with containers");
  if (second !== undefined) return problems.add(positionOf(second.range[0]), "a second document; give one pod a file");
  const errors = [...document.errors, ...document.warnings];
  for (const error of errors) problems.add(positionOf(error.pos[0]), `no valid YAML: ${error.message}`);
  if (errors.length > 0) return undefined;
  if (document.contents === null) return problems.add(start, "nothing in it; give a map with containers");
  return new Reader(yaml, { problems, positionOf }).read(document.contents, 0);
}

interface Source {
  readonly problems: Problems;
  readonly positionOf: (offset: number) => Position;
}

/** Turns the parser's nodes into values. */
class Reader {
  readonly #yaml: Yaml;
  readonly #source: Source;
  /** The last node of each name so far: what an alias stands for. */
  readonly #anchors = new Map<string, Node>();
  #values = 0;
  #full = false;

  constructor(yaml: Yaml, source: Source) {
    this.#yaml = yaml;
    this.#source = source;
  }

  read(node: Node | null, depth: number): Value | undefined {
    const { problems } = this.#source;
    if (node === null) return { kind: "null", at: { line: 1, column: 1 } };
    if (this.#full) return undefined;
    const at = this.#at(node);
    this.#values += 1;
    if (depth > MAX_DEPTH || this.#values > MAX_VALUES) {
      this.#full = true;
      return problems.add(at, "nested too deep or repeated too often; write less");
    }
    if (this.#yaml.isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined)
        return problems.add(at, `*${node.source} means nothing; define it with &${node.source}`);
      return this.read(target, depth + 1);
    }
    const { anchor } = node as { readonly anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    if (this.#yaml.isSeq(node)) {
      const items = node.items.flatMap((item) => this.read(item as Node | null, depth + 1) ?? []);
      return { kind: "list", items, at };
    }
    if (this.#yaml.isMap(node)) return { kind: "map", entries: this.#entries(node, depth), at };
    return this.#yaml.isScalar(node)
      ? this.#scalar(node, at)
      : problems.add(at, "no value; give text, a list or a map");
  }

  #at(node: Node): Position {
    return this.#source.positionOf(node.range?.[0] ?? 0);
  }

  #entries(map: import("yaml").YAMLMap, depth: number): readonly Entry[] {
    return map.items.flatMap((pair): readonly Entry[] => {
      const keyNode = pair.key as Node;
      const keyAt = this.#at(keyNode);
      if (!this.#yaml.isScalar(keyNode)) {
        this.#source.problems.add(keyAt, "a key that is no text; give a name");
        return [];
      }
      const key = typeof keyNode.value === "string" ? keyNode.value : (keyNode.source ?? String(keyNode.value));
      const value =
        pair.value === null ? ({ kind: "null", at: keyAt } as const) : this.read(pair.value as Node, depth + 1);
      return value === undefined ? [] : [{ key, keyAt, value }];
    });
  }

  #scalar(node: import("yaml").Scalar, at: Position): Value | undefined {
    const { value } = node;
    if (value === null || value === undefined) return { kind: "null", at };
    if (typeof value === "string") return { kind: "text", value, at };
    if (typeof value === "boolean") return { kind: "boolean", value, at };
    if (typeof value === "number" && Number.isFinite(value))
      return { kind: "number", value, source: node.source ?? String(value), at };
    return this.#source.problems.add(at, `cannot use ${String(value)}; give text, a number, true or false`);
  }
}
