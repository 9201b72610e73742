/** Takes out of an engine's output what no two runs have in common: ids, times, places, generated names. */

/** One event as both engines print it with `--format json`. */
export interface EventLine {
  readonly Type: string;
  readonly Status: string;
  readonly ID: string;
  readonly Name: string;
}

const ZERO_TIME = "0001-01-01T00:00:00Z";
const ISO_TIME = /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z\b|UTC|[+-]\d\d:?\d\d))*( [A-Z]{3,4}\b)?( m=\S+)?/g;
const DURATION = /\b(Less than a second|About an? (minute|hour)|\d+ (seconds?|minutes?|hours?))\b( ago)?/g;

export interface Place {
  /** Directory of the engine. */
  readonly directory: string;
  /** Global options of every command. */
  readonly command: readonly string[];
  /** Values of `{port}`. */
  readonly ports: readonly number[];
}

/** Words for the ids and the generated names of one scenario on one engine. */
export class Normaliser {
  readonly #place: Place;
  readonly #words: readonly (readonly [from: string, to: string])[];

  /**
   * @param events all events of the scenario, which name everything that ever existed in it
   * @param script the scenario's text: a name that is not in it was generated
   */
  constructor(place: Place, events: readonly EventLine[], script: string) {
    this.#place = place;
    const words: [string, string][] = [];
    const known = new Set<string>();
    let generated = 0;
    const made = events.filter((event) => event.Status === "create" && /^(pod|container)$/.test(event.Type));
    for (const { ID, Name } of [...made].sort((a, b) => Number(b.Type === "pod") - Number(a.Type === "pod"))) {
      if (known.has(ID)) continue;
      known.add(ID);
      let label = words.reduce((text, [from, to]) => text.replaceAll(from, to), Name);
      if (label === Name && !script.includes(Name)) {
        label = `<generated ${++generated}>`;
        words.push([Name, label]);
      }
      words.push([ID, `<id ${label}>`], [ID.slice(0, 12), `<short ${label}>`]);
    }
    this.#words = words;
  }

  /** Normalised text of a stream or of a string in JSON. */
  text(text: string): string {
    const { directory, command, ports } = this.#place;
    let result = text.replaceAll(command.join(" "), "minke");
    for (const [from, to] of this.#words) result = result.replaceAll(from, to);
    result = result.replaceAll(directory, "<dir>");
    for (const port of ports) result = result.replaceAll(new RegExp(`\\b${port}\\b`, "g"), "<port>");
    return result
      .replace(/^time="[^"]*" level=\w+ msg=.*\n/gm, "") // podman's own log, not meant for programs.
      .replace(/\b(sha256:)?[0-9a-f]{64}\b/g, "<id>")
      .replace(/\b(?=\d*[a-f])[0-9a-f]{12}\b/g, "<short>")
      .replaceAll(ISO_TIME, (time) => (time === ZERO_TIME ? time : "<time>"))
      .replaceAll(DURATION, "<duration>")
      .replace(/ {2,}/g, "  ")
      .replace(/ +$/gm, "")
      .replace(/\b10\.\d+\.\d+\.\d+(?=\b|\/)/g, "<ip>")
      .replace(/\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, "<mac>")
      .replaceAll("libpod_parent", "minke_parent")
      .replaceAll(/\/libpod-(?=<id)/g, "/minke-")
      .replaceAll(/\bpodman(?=\b|_)(?!\.annotations)/g, "minke")
      .replaceAll(/\bPodman\b/g, "Minke");
  }

  /** A command's recorded argv without the program and its global options. */
  #argv(argv: readonly unknown[]): unknown[] {
    const { command } = this.#place;
    return argv.slice(1, command.length).join(" ") === command.slice(1).join(" ")
      ? argv.slice(command.length)
      : [...argv];
  }

  /** Every leaf of a JSON value by its path. Lists whose order means nothing are sorted. */
  flatten(value: unknown, path: readonly string[] = []): [path: string, leaf: string | number | boolean | null][] {
    const key = path.at(-1) ?? "";
    if (Array.isArray(value)) {
      if (value.length === 0) return [[path.join("."), "[]"]];
      const items = key === "CreateCommand" ? this.#argv(value) : value;
      return sortLoose(key, items, (item) => JSON.stringify(this.flatten(item, path))).flatMap((item, index) =>
        this.flatten(item, [...path, String(index)]),
      );
    }
    if (typeof value === "object" && value !== null) {
      const entries = Object.entries(value);
      if (entries.length === 0) return [[path.join("."), "{}"]];
      return entries.flatMap(([name, item]) => this.flatten(item, [...path, this.text(name).replaceAll(".", "_")]));
    }
    return [[path.join("."), this.#leaf(key, value)]];
  }

  #leaf(key: string, value: unknown): string | number | boolean | null {
    if (typeof value === "number" && /pid$/i.test(key) && value > 0) return "<pid>";
    if (typeof value === "number" && value > 1_000_000_000 && /^(Created|StartedAt|ExitedAt)$/.test(key))
      return "<time>";
    if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
    return this.text(String(value));
  }
}

const ORDERED = /^(CreateCommand|Cmd|Command|Args|Entrypoint|ConsoleSize)$/;

function sortLoose(key: string, items: readonly unknown[], textOf: (item: unknown) => string): readonly unknown[] {
  if (ORDERED.test(key)) return items;
  return items
    .map((item) => [nameOf(item) ?? textOf(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item);
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const { Name, Names, Destination } = item as Record<string, unknown>;
  const name = Destination ?? Name ?? Names;
  return name === undefined ? undefined : String(name).replace(/^[0-9a-f]{12}-/, "");
}
