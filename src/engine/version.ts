/** Version of podman whose command line and outputs this engine follows. */
export const PODMAN_COMPAT = "4.3.1";
