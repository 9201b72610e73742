import { fail } from "../base/errors.ts";
import type { ContainerCreateOptions } from "../engine/api/container-options.ts";
import type { ImageRunConfig } from "../model/image.ts";
import type { HostFacts, SpecConfig } from "./inputs.ts";
import { invalid } from "./invalid.ts";

/** What runs in a container. */
export interface ResolvedCommand {
  readonly argv: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

/**
 * Merges entrypoint and command of options and image (spec/components.md 4.1): the image's CMD counts only if the user
 * gave neither a command nor an entrypoint; an entrypoint of one empty string is none.
 *
 * @throws NO_COMMAND if nothing is left to run
 */
export function resolveCommand(
  options: Pick<ContainerCreateOptions, "command" | "entrypoint">,
  image?: ImageRunConfig,
): ResolvedCommand {
  const wanted = options.entrypoint ?? image?.Entrypoint ?? [];
  const entrypoint = wanted.length === 1 && wanted[0] === "" ? [] : wanted;
  const given = options.command ?? [];
  const usesImageCommand = given.length === 0 && (options.entrypoint?.length ?? 0) === 0;
  const command = usesImageCommand ? (image?.Cmd ?? []) : given;
  const argv = [...entrypoint, ...command];
  if (argv.length === 0) throw fail("NO_COMMAND", {});
  return { argv, entrypoint, command };
}

const BUILT_IN: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  TERM: "xterm",
  // Programs look for this very value to learn that they run in a container.
  container: "podman",
};

const PROXY_NAMES = ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy"].flatMap((n) => [n, n.toUpperCase()]);

function fromTexts(texts: readonly string[]): Readonly<Record<string, string>> {
  const pairs = texts.map((text) => {
    const border = text.indexOf("=");
    return border < 0 ? [text, ""] : [text.slice(0, border), text.slice(border + 1)];
  });
  return Object.fromEntries(pairs.filter(([key]) => key !== ""));
}

function hostVariables(options: ContainerCreateOptions, config: SpecConfig, host: HostFacts) {
  if (options.envHost ?? config.envHost) return host.env;
  if (!(options.httpProxy ?? config.httpProxy)) return {};
  return Object.fromEntries(
    PROXY_NAMES.flatMap((name) => (host.env[name] === undefined ? [] : [[name, host.env[name]]])),
  );
}

/**
 * Environment of a container (spec/components.md 4.1), lowest precedence first: built in, configuration, image, host or
 * its proxies, `--unsetenv`, the user's. HOSTNAME and HOME come later, when they are known.
 *
 * @throws INVALID_ARGUMENT for names that no environment can hold
 */
export function resolveEnvironment(
  options: ContainerCreateOptions,
  context: { readonly config: SpecConfig; readonly host: HostFacts; readonly image?: ImageRunConfig },
): Readonly<Record<string, string>> {
  const { config, host, image } = context;
  const base = {
    ...BUILT_IN,
    ...fromTexts(config.env),
    ...fromTexts(image?.Env ?? []),
    ...hostVariables(options, config, host),
  };
  const unset = new Set(options.unsetEnv ?? []);
  const kept = options.unsetEnvAll === true ? [] : Object.entries(base).filter(([key]) => !unset.has(key));
  const own = Object.entries(options.env ?? {});
  const bad = own.find(([key, value]) => key === "" || /[=\0]/.test(key) || value.includes("\0"));
  if (bad !== undefined) throw invalid(`invalid environment variable: ${JSON.stringify(`${bad[0]}=${bad[1]}`)}`);
  return Object.fromEntries([...kept, ...own]);
}
