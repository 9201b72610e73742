/** Options that stand before the sub-command. */
export interface GlobalOptions {
  /** Accept every image: where the host has no policy.json. */
  readonly insecurePolicy?: boolean;
  readonly registriesConf?: string;
  readonly os?: string;
  /** Go's name: amd64, arm64, ... */
  readonly architecture?: string;
  readonly variant?: string;
}

/** How to reach one side. */
export interface AccessOptions {
  /** Absent: as registries.conf says. */
  readonly tlsVerify?: boolean;
  readonly authFile?: string;
  readonly certDir?: string;
}

export interface CopyOptions {
  readonly source: string;
  readonly destination: string;
  readonly sourceAccess?: AccessOptions;
  readonly destinationAccess?: AccessOptions;
  /** Keep the blobs of an `oci:` destination in this directory, and take those that are there for given. */
  readonly sharedBlobs?: string;
  readonly format?: "oci" | "v2s1" | "v2s2";
  /** Write the manifest's digest to this file. */
  readonly digestFile?: string;
  readonly retries?: number;
}

/** argv of `skopeo copy` (skopeo-copy(1)). */
export function copyArgs(options: CopyOptions, global: GlobalOptions): string[] {
  const { sharedBlobs, format, digestFile, retries = 0 } = options;
  return [
    ...globalArgs(global),
    "copy",
    ...accessArgs("src-", options.sourceAccess),
    ...accessArgs("dest-", options.destinationAccess),
    // Without it skopeo would pack plain layers, and their digests would not be the source's any more.
    ...(sharedBlobs === undefined
      ? []
      : ["--dest-shared-blob-dir", sharedBlobs, "--dest-oci-accept-uncompressed-layers"]),
    ...option("--format", format),
    ...option("--digestfile", digestFile),
    ...(retries > 0 ? ["--retry-times", String(retries)] : []),
    "--",
    options.source,
    options.destination,
  ];
}

/** argv of `skopeo inspect --raw`: the manifest, or with `config` the config, byte for byte. */
export function inspectArgs(
  source: string,
  options: { readonly config: boolean; readonly access?: AccessOptions },
  global: GlobalOptions,
): string[] {
  return [
    ...globalArgs(global),
    "inspect",
    "--raw",
    ...(options.config ? ["--config"] : []),
    ...accessArgs("", options.access),
    "--",
    source,
  ];
}

/** argv of `skopeo list-tags`. */
export function listTagsArgs(repository: string, access: AccessOptions | undefined, global: GlobalOptions): string[] {
  return [...globalArgs(global), "list-tags", ...accessArgs("", access), "--", repository];
}

function globalArgs(global: GlobalOptions): string[] {
  return [
    ...(global.insecurePolicy === true ? ["--insecure-policy"] : []),
    ...option("--registries-conf", global.registriesConf),
    ...option("--override-os", global.os),
    ...option("--override-arch", global.architecture),
    ...option("--override-variant", global.variant),
  ];
}

function accessArgs(side: "" | "src-" | "dest-", access: AccessOptions = {}): string[] {
  return [
    ...(access.tlsVerify === undefined ? [] : [`--${side}tls-verify=${access.tlsVerify}`]),
    ...option(`--${side}authfile`, access.authFile),
    ...option(`--${side}cert-dir`, access.certDir),
  ];
}

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value];
}
