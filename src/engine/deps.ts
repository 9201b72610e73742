import type { PodId } from "../base/brand.ts";
import type { Pool } from "../base/pool.ts";
import type { EngineConfig } from "../config/config.ts";
import type { Conmon } from "../drivers/conmon/driver.ts";
import type { OciRuntime } from "../drivers/oci-runtime/driver.ts";
import type { RuntimeChoice } from "../drivers/oci-runtime/probe.ts";
import type { Host } from "../host/ports.ts";
import type { RootfsService } from "../images/rootfs.ts";
import type { ImageService } from "../images/service.ts";
import type { NetworkService } from "../network/service.ts";
import type { HostFacts } from "../spec/inputs.ts";
import type { Locks } from "../store/locks.ts";
import type { Store } from "../store/repositories.ts";
import type { EnginePaths } from "./paths.ts";
import type { SupervisorGate } from "./supervisor/gate.ts";

/** Everything the engine's verbs work with; `open.ts` puts it together. */
export interface EngineDeps {
  readonly host: Host;
  readonly store: Store;
  readonly locks: Locks;
  readonly config: EngineConfig;
  readonly paths: EnginePaths;
  readonly images: ImageService;
  readonly rootfs: RootfsService;
  /** Loaded when a container or a command first has to do with networks. */
  readonly networks: () => Promise<NetworkService>;
  /** For what is done to the members of one pod. Its jobs wait for no other job. */
  readonly pool: Pool;
  /** For the containers that a call names. Its jobs may wait for pods' locks and for jobs in `pool`, so it must be another. */
  readonly selectionPool: Pool;
  /** Found on first use: reading commands need none of these. */
  readonly conmon: () => Conmon;
  readonly runtimeChoice: () => RuntimeChoice;
  /** The chosen runtime, or the one that made a container. */
  readonly runtime: (made?: { readonly path: string; readonly root: string }) => OciRuntime;
  readonly hostFacts: () => HostFacts;
  /** argv of `minke` with the options that lead to this engine root. */
  readonly selfArgv: readonly string[];
  /** Whoever does what is due after this command has left. */
  readonly supervisor: SupervisorGate;
  /** Pod verbs that container verbs end in (exit policy); set when the engine is put together. */
  readonly afterExit: { applyExitPolicy?: (pod: PodId, exited: string) => Promise<void> };
}
