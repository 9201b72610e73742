import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { writeTarNodes } from "../../images/tar/entry-writer.ts";
import { Directory } from "../archive/directory.ts";
import { Packer } from "../archive/pack.ts";
import type { EngineDeps } from "../deps.ts";
import { withContainer } from "./locked.ts";
import { mountIdle, unmountIdle } from "./tree.ts";

/** A tar of a container's root file system, without what is mounted in it (podman-export(1)). */
export async function* exportContainer(
  deps: EngineDeps,
  id: ContainerId,
  options: Abortable = {},
): AsyncGenerator<Uint8Array> {
  const { rootfsPath, wasMounted } = await withContainer(deps, id, async (container) => mountIdle(deps, container));
  try {
    using root = Directory.open(deps.host, rootfsPath, "/");
    yield* writeTarNodes(new Packer(options).entry(root, ".", ""));
  } finally {
    if (!wasMounted) await unmountIdle(deps, id);
  }
}
