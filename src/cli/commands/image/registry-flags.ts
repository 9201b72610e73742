import { fail } from "../../../base/errors.ts";
import type { PullOptions } from "../../../engine/api/images.ts";
import type { Input, Io } from "../../command.ts";
import { bool, text } from "../../flag-kinds.ts";

/** Flags of whatever talks to a registry. */
export const REGISTRY_FLAGS = {
  authfile: text("File with credentials, instead of $REGISTRY_AUTH_FILE"),
  "cert-dir": text("Directory with certificates and keys for TLS"),
  creds: text("Credentials (USERNAME:PASSWORD)"),
  "disable-content-trust": bool("Accepted for compatibility", { hidden: true }),
  quiet: bool("Show no progress", { short: "q" }),
  "tls-verify": bool("Insist on HTTPS with a valid certificate", { default: true }),
};

/** Flags that choose among the images of a list. */
export const PLATFORM_FLAGS = {
  arch: text("Architecture, instead of this machine's"),
  os: text("Operating system, instead of this one"),
  platform: text("Operating system and architecture (OS/ARCH[/VARIANT])"),
  variant: text("Variant of the architecture"),
};

type RegistryInput = Pick<Input<typeof REGISTRY_FLAGS>, "flags" | "given">;

/** Progress goes to stderr, one line each, unless `--quiet`. */
export function progressTo(io: Io, quiet: boolean): { readonly progress?: (line: string) => void } {
  return quiet ? {} : { progress: (line) => io.err(`${line}\n`) };
}

/**
 * Waits for a long job. A person at a terminal is told every second what it is at and for how long; the line is wiped at the end.
 *
 * @param say.what e.g. `Reading root.tar`
 */
export async function watched<T>(
  io: Pick<Io, "terminal" | "err" | "now" | "sleep">,
  job: Promise<T>,
  say: { readonly quiet: boolean; readonly what: string },
): Promise<T> {
  if (say.quiet || !io.terminal.isTerminal("stderr")) return await job;
  const started = io.now();
  let working = true;
  let told = false;
  const tell = async () => {
    for (;;) {
      await io.sleep(1000);
      if (!working) return;
      told = true;
      io.err(`\r${say.what}: ${Math.round((io.now() - started) / 1000)} s`);
    }
  };
  // An interrupt ends the sleep; the job itself tells of it.
  void tell().catch(() => undefined);
  try {
    return await job;
  } finally {
    working = false;
    if (told) io.err("\r\x1b[K");
  }
}

/** What the registry flags ask for. */
export function registryOptions(io: Io, input: RegistryInput): PullOptions {
  const { flags } = input;
  const authFile = flags.authfile ?? io.env["REGISTRY_AUTH_FILE"];
  return {
    signal: io.signal,
    ...progressTo(io, flags.quiet),
    ...(authFile === undefined || authFile === "" ? {} : { authFile }),
    ...(flags["cert-dir"] === undefined ? {} : { certDir: flags["cert-dir"] }),
    ...(flags.creds === undefined ? {} : { credentials: flags.creds }),
    ...(input.given.has("tls-verify") ? { tlsVerify: flags["tls-verify"] } : {}),
  };
}

/** What the platform flags ask for. Throws INVALID_ARGUMENT with podman's text where they contradict each other. */
export function platformOption(flags: Input<typeof PLATFORM_FLAGS>["flags"]): Pick<PullOptions, "platform"> {
  if (flags.platform !== undefined && (flags.arch !== undefined || flags.os !== undefined))
    throw fail("INVALID_ARGUMENT", { message: "--platform option can not be specified with --arch or --os" });
  const [os, architecture, variant] = flags.platform?.split("/") ?? [flags.os, flags.arch, flags.variant];
  const platform = {
    ...(os ? { os } : {}),
    ...(architecture ? { architecture } : {}),
    ...((variant ?? flags.variant) ? { variant: variant ?? flags.variant ?? "" } : {}),
  };
  return Object.keys(platform).length === 0 ? {} : { platform };
}
