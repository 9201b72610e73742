import { Lexer, type Token, templateError } from "./lexer.ts";
import type { Command, Node, Operand, Pipeline, Template, TemplateSource } from "./nodes.ts";

/** Deeper nesting is refused rather than left to the stack. */
const MAX_DEPTH = 200;

/** What may be called; anything else is refused while parsing, as Go does. */
export type FunctionNames = { has(name: string): boolean };

type Body = { readonly nodes: readonly Node[]; readonly end: "end" | "else" | "eof" };

class Parser {
  readonly #template: TemplateSource;
  readonly #functions: FunctionNames;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #loops = 0;
  #variables: string[] = ["$"];

  constructor(template: TemplateSource, functions: FunctionNames) {
    this.#template = template;
    this.#functions = functions;
    this.#tokens = new Lexer(template).tokens();
  }

  parse(): readonly Node[] {
    const body = this.#body();
    if (body.end !== "eof") throw this.#fail(`unexpected {{${body.end}}}`);
    return body.nodes;
  }

  #fail(message: string) {
    return templateError(this.#template, this.#peek().at, message);
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)] ?? { kind: "end", at: 0, text: "" };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #skipSpace(): Token {
    while (this.#peek().kind === "space") this.#next++;
    return this.#peek();
  }

  #since(at: number): string {
    const last = this.#tokens[this.#next - 1];
    return this.#template.source.slice(at, (last?.at ?? at) + (last?.text.length ?? 0)).trim();
  }

  #deeper<T>(body: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw this.#fail("max expression depth exceeded");
    try {
      return body();
    } finally {
      this.#depth--;
    }
  }

  /** Nodes up to `{{end}}`, `{{else…`, or the end of the text; an `else` keyword is consumed, what follows it is not. */
  #body(): Body {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#take();
      if (token.kind === "end") return { nodes, end: "eof" };
      if (token.kind === "text") {
        nodes.push({ kind: "text", at: token.at, text: token.text });
        continue;
      }
      const word = this.#skipSpace();
      if (word.kind === "identifier" && word.text === "end") {
        this.#next++;
        this.#close("end");
        return { nodes, end: "end" };
      }
      if (word.kind === "identifier" && word.text === "else") {
        this.#next++;
        return { nodes, end: "else" };
      }
      nodes.push(this.#action(token));
    }
  }

  #close(context: string): void {
    const token = this.#skipSpace();
    if (token.kind !== "close") throw this.#fail(`unexpected ${this.#shown(token)} in ${context}`);
    this.#next++;
  }

  #shown(token: Token): string {
    if (token.kind === "end") return "EOF";
    return `<${token.text}>`;
  }

  #action(open: Token): Node {
    const word = this.#peek();
    if (word.kind === "identifier") {
      if (word.text === "if" || word.text === "with" || word.text === "range") {
        this.#next++;
        return this.#deeper(() => this.#control(open, word.text as "if" | "with" | "range"));
      }
      if (word.text === "break" || word.text === "continue") {
        this.#next++;
        if (this.#loops === 0) throw this.#fail(`{{${word.text}}} outside {{range}}`);
        this.#close(word.text);
        return word.text === "break"
          ? { kind: "break", at: open.at, text: "break" }
          : { kind: "continue", at: open.at, text: "continue" };
      }
      if (word.text === "define" || word.text === "block" || word.text === "template")
        throw this.#fail(`{{${word.text}}} is not supported`);
    }
    const pipeline = this.#pipeline("command", "close");
    this.#close("command");
    return { kind: "action", at: pipeline.at, text: pipeline.text, pipeline };
  }

  #control(open: Token, kind: "if" | "with" | "range"): Node {
    const visible = this.#variables.length;
    this.#skipSpace();
    const pipeline = this.#pipeline(kind, "close");
    this.#close(kind);
    if (kind === "range") this.#loops++;
    const body = this.#body();
    if (kind === "range") this.#loops--;
    if (body.end === "eof") throw this.#fail("unexpected EOF");
    const otherwise = body.end === "else" ? this.#otherwise(kind) : [];
    this.#variables.length = visible;
    return { kind, at: open.at, text: kind, pipeline, body: body.nodes, otherwise };
  }

  /** After `else`: `else if …` nests; else the body up to `end`. */
  #otherwise(kind: "if" | "with" | "range"): readonly Node[] {
    const word = this.#skipSpace();
    if (word.kind === "identifier" && word.text === kind && kind !== "range") {
      this.#next++;
      return [this.#deeper(() => this.#control(word, kind))];
    }
    this.#close("else");
    const body = this.#body();
    if (body.end === "eof") throw this.#fail("unexpected EOF");
    if (body.end === "else") throw this.#fail("expected end; found {{else}}");
    return body.nodes;
  }

  #pipeline(context: string, end: "close" | "paren-close"): Pipeline {
    const { at } = this.#skipSpace();
    const { variables, assigns } = this.#declarations(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.#skipSpace();
      if (token.kind === end) {
        if (commands.length === 0) throw this.#fail(`missing value for ${context}`);
        break;
      }
      if (token.kind === "end") throw this.#fail("unclosed action");
      if (token.kind === "pipe") {
        if (commands.length === 0) throw this.#fail(`missing value for ${context}`);
        this.#next++;
        const after = this.#skipSpace();
        if (after.kind === end || after.kind === "pipe") throw this.#fail(`missing value for ${context}`);
      } else if (commands.length > 0) throw this.#fail(`unexpected ${this.#shown(token)} in ${context}`);
      commands.push(this.#command(context));
    }
    for (const command of commands.slice(1)) this.#checkCallable(command, commands.indexOf(command) + 1);
    if (!assigns) this.#variables.push(...variables);
    return { at, text: this.#since(at), variables, assigns, commands };
  }

  #checkCallable(command: Command, stage: number): void {
    const kind = command.operands[0]?.kind;
    if (kind === "constant" || kind === "dot" || kind === "nil")
      throw this.#fail(`non executable command in pipeline stage ${stage}`);
  }

  /** `$x :=`, `$x =`, and for range `$i, $x :=`. */
  #declarations(context: string): { variables: readonly string[]; assigns: boolean } {
    const start = this.#next;
    const variables: string[] = [];
    while (this.#peek().kind === "variable") {
      variables.push(this.#take().text);
      const token = this.#skipSpace();
      if (token.kind === "declare" || token.kind === "assign") {
        this.#next++;
        const assigns = token.kind === "assign";
        for (const name of assigns ? variables : []) this.#checkVariable(name);
        return { variables, assigns };
      }
      if (token.kind !== "comma") break;
      if (context !== "range" || variables.length === 2) throw this.#fail(`too many declarations in ${context}`);
      this.#next++;
      this.#skipSpace();
    }
    this.#next = start;
    return { variables: [], assigns: false };
  }

  #checkVariable(name: string): void {
    if (!this.#variables.includes(name)) throw this.#fail(`undefined variable "${name}"`);
  }

  #command(context: string): Command {
    const { at } = this.#peek();
    const operands: Operand[] = [];
    for (;;) {
      const token = this.#skipSpace();
      if (["close", "pipe", "paren-close", "end"].includes(token.kind)) break;
      operands.push(this.#operand(context));
      const after = this.#peek();
      if (!["space", "close", "pipe", "paren-close", "end"].includes(after.kind))
        throw this.#fail(`unexpected ${this.#shown(after)} in operand`);
    }
    if (operands.length === 0) throw this.#fail("empty command");
    return { at, text: this.#since(at), operands };
  }

  #operand(context: string): Operand {
    const token = this.#take();
    const { at } = token;
    if (token.kind === "string" || token.kind === "constant")
      return { kind: "constant", at, text: token.text, value: token.value ?? "" };
    if (token.kind === "dot") return { kind: "dot", at, text: "." };
    if (token.kind === "identifier") return this.#identifier(token);
    if (token.kind === "field") {
      // Go reports a chain of fields at its second one.
      const second = this.#peek().kind === "field" ? this.#peek().at : at;
      const names = [token.text.slice(1), ...this.#fields()];
      return { kind: "field", at: second, text: this.#since(at), names };
    }
    if (token.kind === "variable") {
      this.#checkVariable(token.text);
      return { kind: "variable", at, name: token.text, names: this.#fields(), text: this.#since(at) };
    }
    if (token.kind === "paren-open") {
      const pipeline = this.#deeper(() => this.#pipeline("parenthesized pipeline", "paren-close"));
      this.#next++;
      return { kind: "pipeline", at, pipeline, names: this.#fields(), text: this.#since(at) };
    }
    this.#next--;
    throw this.#fail(`unexpected ${this.#shown(token)} in ${context}`);
  }

  #identifier(token: Token): Operand {
    const { at, text } = token;
    if (text === "true" || text === "false") return { kind: "constant", at, text, value: text === "true" };
    if (text === "nil") return { kind: "nil", at, text };
    if (!this.#functions.has(text)) throw this.#fail(`function "${text}" not defined`);
    return { kind: "function", at, text, name: text };
  }

  #fields(): readonly string[] {
    const names: string[] = [];
    while (this.#peek().kind === "field") names.push(this.#take().text.slice(1));
    return names;
  }
}

/**
 * Parses a Go text/template (without define, block and template). Throws INVALID_ARGUMENT in Go's words, e.g.
 * `template: ps:1: function "x" not defined`.
 *
 * @param functions names that may be called
 */
export function parseTemplate(template: TemplateSource, functions: FunctionNames): Template {
  return { ...template, nodes: new Parser(template, functions).parse() };
}
