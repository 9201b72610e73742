import { fail } from "../../../base/errors.ts";
import { escapeControls } from "../escape.ts";
import { GoTime } from "../go-time.ts";
import { FUNCTIONS, type TemplateFunction } from "./functions.ts";
import type { Command, ControlNode, Node, Operand, Pipeline, Template } from "./nodes.ts";
import { fieldOf, isTrue, MISSING, printValue, sortedEntries, typeName, type Value } from "./values.ts";

/** No value has been piped in. */
const NOTHING = Symbol("nothing");

type Flow = "next" | "break" | "continue";

interface Variable {
  readonly name: string;
  value: Value;
}

interface ExecuteOptions {
  readonly typeName?: string;
  readonly raw?: boolean;
}

class Execution {
  readonly #template: Template;
  readonly #rootType: string;
  readonly #raw: boolean;
  readonly #out: string[] = [];
  #variables: Variable[] = [];

  constructor(template: Template, root: Value, options: ExecuteOptions) {
    this.#template = template;
    this.#rootType = options.typeName ?? "interface {}";
    this.#raw = options.raw === true;
    this.#variables.push({ name: "$", value: root });
  }

  run(dot: Value): string {
    this.#list(this.#template.nodes, dot);
    return this.#out.join("");
  }

  #fail(node: { readonly at: number; readonly text: string }, message: string) {
    const { name, source } = this.#template;
    const before = source.slice(0, node.at);
    const line = before.split("\n").length;
    const column = node.at - (before.lastIndexOf("\n") + 1);
    const context = node.text.length > 20 ? `${node.text.slice(0, 20)}...` : node.text;
    return fail("INVALID_ARGUMENT", {
      message: `template: ${name}:${line}:${column}: executing "${name}" at <${context}>: ${message}`,
    });
  }

  #shown(text: string): string {
    return this.#raw ? text : escapeControls(text, { keep: "\n\t" });
  }

  #list(nodes: readonly Node[], dot: Value): Flow {
    for (const node of nodes) {
      const flow = this.#node(node, dot);
      if (flow !== "next") return flow;
    }
    return "next";
  }

  #node(node: Node, dot: Value): Flow {
    if (node.kind === "text") this.#out.push(node.text);
    else if (node.kind === "break" || node.kind === "continue") return node.kind;
    else if (node.kind === "action") {
      const value = this.#pipeline(node.pipeline, dot);
      if (node.pipeline.variables.length === 0) this.#out.push(this.#shown(printValue(value)));
    } else {
      const visible = this.#variables.length;
      const flow = node.kind === "range" ? this.#range(node, dot) : this.#branch(node, dot);
      this.#variables.length = visible;
      return flow;
    }
    return "next";
  }

  #branch(node: ControlNode, dot: Value): Flow {
    const value = this.#pipeline(node.pipeline, dot);
    if (!isTrue(value)) return this.#list(node.otherwise, dot);
    return this.#list(node.body, node.kind === "with" ? value : dot);
  }

  #range(node: ControlNode, dot: Value): Flow {
    const visible = this.#variables.length;
    const { variables, assigns } = node.pipeline;
    const value = this.#pipeline(node.pipeline, dot);
    if (!assigns) this.#variables.length = visible;
    const entries = this.#entries(node, value);
    if (entries.length === 0) return this.#list(node.otherwise, dot);
    for (const [key, item] of entries) {
      const bound = variables.length === 2 ? [key, item] : [item];
      for (const [i, name] of variables.entries()) this.#bind(name, bound[i], assigns);
      const flow = this.#list(node.body, item);
      this.#variables.length = visible;
      if (flow === "break") break;
    }
    return "next";
  }

  #entries(node: { readonly pipeline: Pipeline }, value: Value): readonly (readonly [Value, Value])[] {
    if (Array.isArray(value)) return value.map((item, i) => [i, item] as const);
    if (value instanceof Map) return sortedEntries(value);
    if (value === null || value === undefined || value === MISSING) return [];
    throw this.#fail(node.pipeline, `range can't iterate over ${printValue(value)}`);
  }

  #bind(name: string, value: Value, assigns: boolean): void {
    const variable = assigns ? this.#variables.findLast((candidate) => candidate.name === name) : undefined;
    if (variable) variable.value = value;
    else this.#variables.push({ name, value });
  }

  #pipeline(pipeline: Pipeline, dot: Value): Value {
    let value: Value = NOTHING;
    for (const command of pipeline.commands) value = this.#command(command, dot, value);
    for (const name of pipeline.variables) this.#bind(name, value, pipeline.assigns);
    return value;
  }

  #command(command: Command, dot: Value, piped: Value): Value {
    const [first, ...rest] = command.operands;
    if (!first) return null;
    if (first.kind === "function") return this.#call(first, command, { args: rest, dot, piped });
    const hasArguments = rest.length > 0 || piped !== NOTHING;
    if (first.kind === "field" || first.kind === "variable" || first.kind === "pipeline")
      return this.#operand(first, dot, hasArguments ? { args: rest, dot, piped } : undefined);
    if (first.kind === "nil") throw this.#fail(first, "nil is not a command");
    if (hasArguments) throw this.#fail(first, `can't give argument to non-function ${first.text}`);
    return this.#operand(first, dot);
  }

  #call(
    first: Extract<Operand, { kind: "function" }>,
    command: Command,
    given: { readonly args: readonly Operand[]; readonly dot: Value; readonly piped: Value },
  ): Value {
    const called = FUNCTIONS.get(first.name);
    if (!called) throw this.#fail(first, `function "${first.name}" not defined`);
    this.#checkCount(first, called, given.args.length + (given.piped === NOTHING ? 0 : 1));
    const values: Value[] = [];
    for (const operand of given.args) {
      const value = this.#operand(operand, given.dot);
      values.push(value);
      if ((first.name === "and" && !isTrue(value)) || (first.name === "or" && isTrue(value))) return value;
    }
    if (given.piped !== NOTHING) values.push(given.piped);
    return this.#invoke({ name: first.name, node: command }, () => called.call(values));
  }

  #checkCount(node: Extract<Operand, { kind: "function" }>, called: TemplateFunction, got: number): void {
    const [least, most] = called.arity;
    const wanted = most === undefined ? `at least ${least}` : `${least}`;
    if (got < least || (most !== undefined && got > most))
      throw this.#fail(node, `wrong number of args for ${node.name}: want ${wanted} got ${got}`);
  }

  #invoke(called: { readonly name: string; readonly node: { at: number; text: string } }, body: () => Value): Value {
    try {
      return body();
    } catch (error) {
      throw this.#fail(called.node, `error calling ${called.name}: ${error instanceof Error ? error.message : error}`);
    }
  }

  #operand(
    operand: Operand,
    dot: Value,
    given?: { readonly args: readonly Operand[]; readonly dot: Value; readonly piped: Value },
  ): Value {
    switch (operand.kind) {
      case "dot":
        return dot;
      case "nil":
        return null;
      case "constant":
        return operand.value;
      case "function":
        return this.#call(operand, { ...operand, operands: [operand] }, { args: [], dot, piped: NOTHING });
      case "field":
        return this.#chain(operand, dot, given);
      case "variable":
        return this.#chain(operand, this.#variables.findLast((v) => v.name === operand.name)?.value, given);
      case "pipeline":
        return this.#chain(operand, this.#pipeline(operand.pipeline, dot), given);
    }
  }

  /** Fields one after another; the last may be a method that takes the arguments. */
  #chain(
    operand: Extract<Operand, { names: readonly string[] }>,
    start: Value,
    given: { readonly args: readonly Operand[]; readonly dot: Value; readonly piped: Value } | undefined,
  ): Value {
    let value = start;
    for (const [i, name] of operand.names.entries()) {
      const parent = value;
      value = this.#field(operand, parent, name);
      if (typeof value !== "function") continue;
      const method = value as (...args: readonly Value[]) => Value;
      const last = i === operand.names.length - 1 ? given : undefined;
      const args = (last?.args ?? []).map((arg) => this.#operand(arg, last?.dot));
      if (last && last.piped !== NOTHING) args.push(last.piped);
      value = this.#invoke({ name, node: operand }, () => method.call(parent, ...args));
      if (last) return value;
    }
    if (given) {
      const name = operand.names.at(-1);
      if (name === undefined) throw this.#fail(operand, `can't give argument to non-function ${operand.text}`);
      throw this.#fail(operand, `${name} has arguments but cannot be invoked as function`);
    }
    return value;
  }

  #field(operand: Operand, parent: Value, name: string): Value {
    if (parent === null || parent === undefined || parent === MISSING)
      throw this.#fail(operand, `nil pointer evaluating interface {}.${name}`);
    const value = fieldOf(parent, name);
    if (value !== undefined) return value;
    const struct = typeof parent === "object" && !Array.isArray(parent) && !(parent instanceof GoTime);
    throw this.#fail(operand, `can't evaluate field ${name} in type ${struct ? this.#rootType : typeName(parent)}`);
  }
}

/**
 * Executes a template. Throws INVALID_ARGUMENT in Go's words, e.g. `template: ps:1:13: executing "ps" at <.X>: can't evaluate
 * field X in type pods.ListPodReporter`.
 *
 * @param options.typeName what messages call the type of a struct
 * @param options.raw leave control characters in values as they are
 */
export function executeTemplate(template: Template, data: Value, options: ExecuteOptions = {}): string {
  return new Execution(template, data, options).run(data);
}
