/** Version of the engine, the same as in package.json (a test compares them). */
export const VERSION = "0.1.0";

/** Version of podman whose command line and outputs this engine follows. */
export const PODMAN_COMPAT = "4.3.1";
