/** Offset of a node in the template's text. */
interface At {
  readonly at: number;
  /** The node's own text, for error messages. */
  readonly text: string;
}

export type Operand = At &
  (
    | { readonly kind: "dot" }
    | { readonly kind: "nil" }
    | { readonly kind: "constant"; readonly value: string | number | boolean }
    | { readonly kind: "function"; readonly name: string }
    | { readonly kind: "field"; readonly names: readonly string[] }
    | { readonly kind: "variable"; readonly name: string; readonly names: readonly string[] }
    | { readonly kind: "pipeline"; readonly pipeline: Pipeline; readonly names: readonly string[] }
  );

export interface Command extends At {
  /** The first is what is called, if it can be. */
  readonly operands: readonly Operand[];
}

export interface Pipeline extends At {
  /** Names of declared or assigned variables, with `$`. */
  readonly variables: readonly string[];
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export type ControlNode = At & {
  readonly kind: "if" | "with" | "range";
  readonly pipeline: Pipeline;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
};

export type Node =
  | (At & { readonly kind: "text" })
  | (At & { readonly kind: "action"; readonly pipeline: Pipeline })
  | (At & { readonly kind: "break" })
  | (At & { readonly kind: "continue" })
  | ControlNode;

/** A template's text. */
export interface TemplateSource {
  /** As in error messages, e.g. `ps`. */
  readonly name: string;
  readonly source: string;
  /** Highest line number that parse errors name; what follows was added by us. */
  readonly lines?: number;
}

/** A parsed template. */
export interface Template extends TemplateSource {
  readonly nodes: readonly Node[];
}
