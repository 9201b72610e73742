import type { Containers } from "./containers.ts";
import type { Images } from "./images.ts";
import type { Pods } from "./pods.ts";
import type { EventSource, Networks, System, Volumes } from "./system.ts";

/**
 * The engine: everything the CLI does is a call here. Disposing it closes its state; what runs goes on. Calls on a disposed
 * engine throw ENGINE_CLOSED.
 */
export interface Engine extends AsyncDisposable, EventSource {
  readonly containers: Containers;
  readonly pods: Pods;
  readonly images: Images;
  readonly volumes: Volumes;
  readonly networks: Networks;
  readonly system: System;
}
