/** Where something stands in a file; both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A value of a YAML or JSON document with its place. */
export type Value =
  | { readonly kind: "text"; readonly value: string; readonly at: Position }
  | {
      readonly kind: "number";
      readonly value: number /** As written. */;
      readonly source: string;
      readonly at: Position;
    }
  | { readonly kind: "boolean"; readonly value: boolean; readonly at: Position }
  | { readonly kind: "null"; readonly at: Position }
  | { readonly kind: "list"; readonly items: readonly Value[]; readonly at: Position }
  | { readonly kind: "map"; readonly entries: readonly Entry[]; readonly at: Position };

export interface Entry {
  readonly key: string;
  readonly keyAt: Position;
  readonly value: Value;
}

/** A value as a message shows it: short, on one line. */
export function shown(value: Value): string {
  switch (value.kind) {
    case "text":
      return JSON.stringify(value.value.length > 60 ? `${value.value.slice(0, 57)}...` : value.value);
    case "number":
      return value.source;
    case "boolean":
      return String(value.value);
    case "null":
      return "empty";
    case "list":
      return "a list";
    case "map":
      return "a map";
  }
}
