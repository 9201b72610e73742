import { fail } from "../../base/errors.ts";

type Pairs = Readonly<Record<string, string>>;

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** Name and value around the first `=`; no value without one. */
export function splitPair(text: string): { readonly key: string; readonly value: string | undefined } {
  const at = text.indexOf("=");
  return at < 0 ? { key: text, value: undefined } : { key: text.slice(0, at), value: text.slice(at + 1) };
}

/** Values of `--label`: `key[=value]`. Throws INVALID_ARGUMENT with podman's text. */
export function parseLabels(texts: readonly string[]): Pairs {
  const labels: Record<string, string> = {};
  for (const text of texts) {
    const { key, value } = splitPair(text);
    if (key === "") throw refuse(`invalid label format: ${JSON.stringify(text)}`);
    Object.defineProperty(labels, key, { value: value ?? "", enumerable: true, configurable: true, writable: true });
  }
  return labels;
}

/** Lines of a label file: as `--label`, without empty lines and comments. A label needs a value there. */
export function parseLabelFile(text: string): Pairs {
  return parseLabels(contentLines(text).filter((line) => line.includes("=")));
}

/** Lines with something on them that is not a comment, without leading space. */
export function contentLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Values of `--annotation`: `key=value`. Throws INVALID_ARGUMENT with podman's text. */
export function parseAnnotations(texts: readonly string[]): Pairs {
  return strictPairs(texts, () => refuse("annotations must be formatted KEY=VALUE"));
}

/** Values of `--sysctl`: `key=value`. Throws INVALID_ARGUMENT with podman's text. */
export function parseSysctls(texts: readonly string[]): Pairs {
  return strictPairs(texts, (text) => refuse(`${text} is invalid, sysctl values must be in the form of KEY=VALUE`));
}

/** Values of `--opt` and kin: `key[=value]`. */
export function parseOptions(texts: readonly string[]): Pairs {
  return Object.fromEntries(texts.map(splitPair).map(({ key, value }) => [key, value ?? ""]));
}

function strictPairs(texts: readonly string[], error: (text: string) => Error): Pairs {
  return Object.fromEntries(
    texts.map((text) => {
      const { key, value } = splitPair(text);
      if (value === undefined) throw error(text);
      return [key, value];
    }),
  );
}
