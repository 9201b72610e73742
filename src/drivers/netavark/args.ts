/** What every netavark call is given. */
export interface NetavarkGlobals {
  /** Directory on tmpfs for aardvark-dns' files; one per engine root. */
  readonly configDir: string;
  /** aardvark-dns' path; a path where nothing is switches DNS off. */
  readonly aardvarkPath: string;
  readonly rootless: boolean;
}

/**
 * argv of `netavark setup` or `netavark teardown` without the program; the request comes on stdin. Flags go before the
 * sub-command (spec/components.md 5.1).
 */
export function netavarkArgs(verb: "setup" | "teardown", netnsPath: string, globals: NetavarkGlobals): string[] {
  return [
    "--config",
    globals.configDir,
    `--rootless=${globals.rootless}`,
    `--aardvark-binary=${globals.aardvarkPath}`,
    verb,
    netnsPath,
  ];
}
