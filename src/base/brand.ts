declare const BRAND: unique symbol;

/** A value that was checked when it was made: if one exists it is well-formed. */
export type Brand<T, N extends string> = T & { readonly [BRAND]: N };

/** 64 lower-case hexadecimal characters that name a container. */
export type ContainerId = Brand<string, "ContainerId">;

/** 64 lower-case hexadecimal characters that name a pod. */
export type PodId = Brand<string, "PodId">;

/** `sha256:` and 64 lower-case hexadecimal characters. */
export type Digest = Brand<string, "Digest">;
