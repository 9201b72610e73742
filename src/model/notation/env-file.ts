import { fail } from "../../base/errors.ts";
import { contentLines, splitPair } from "./key-values.ts";

type Environment = Readonly<Record<string, string>>;

/**
 * Values of `--env`: `NAME=value` sets, `NAME` takes the host's value where it has one, `PRE*` all the host's names that
 * begin so. Throws INVALID_ARGUMENT with podman's text.
 *
 * @param host the environment of the caller
 */
export function parseEnv(texts: readonly string[], host: Environment): Environment {
  const env = new Map<string, string>();
  for (const text of texts) {
    if (text === "") continue;
    const { key, value } = splitPair(text);
    const name = key.trimStart();
    if (name === "")
      throw fail("INVALID_ARGUMENT", { message: `invalid environment variable: ${JSON.stringify(text)}` });
    if (value !== undefined) env.set(name, value);
    else if (name.endsWith("*")) {
      const prefix = name.slice(0, -1);
      for (const [known, found] of Object.entries(host)) if (known.startsWith(prefix)) env.set(known, found);
    } else {
      const found = Object.hasOwn(host, name) ? host[name] : undefined;
      if (found !== undefined) env.set(name, found);
    }
  }
  return Object.fromEntries(env);
}

/**
 * The text of an environment file: a value of `--env` on each line, `#` begins a comment line. Quotes are kept. Throws
 * INVALID_ARGUMENT with podman's text.
 *
 * @param host the environment of the caller
 */
export function parseEnvFile(text: string, host: Environment): Environment {
  return parseEnv(contentLines(text), host);
}
