/** The image store on a machine in memory. */
import { dirname } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { type FakeHost, openFakeHost } from "../../src/host/fakes/open.ts";
import { digestOf } from "../../src/images/digests.ts";
import { openImages } from "../../src/images/open.ts";
import type { ImageService } from "../../src/images/service.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { type TestEntry, tar } from "./tar.ts";

const ROOT = "/var/lib/minke";
export const IMAGES = `${ROOT}/images`;

export interface Machine {
  readonly host: FakeHost;
  readonly store: Store;
  readonly images: ImageService;
  /** `type action name` of the events so far. */
  events(): string[];
}

export function machine(host = openFakeHost(), onForceRemove?: (id: string) => Promise<unknown>): Machine {
  const config = loadConfig(host, { root: ROOT, runRoot: "/run/minke" });
  const store = openStore(host, config);
  const images = openImages({ host, store, config, ...(onForceRemove && { onForceRemove }) });
  const events = () =>
    store.read((tx) => tx.events.after(0).map((event) => `${event.action} ${"name" in event ? event.name : ""}`));
  return { host, store, images, events };
}

export const ROOTFS = tar([{ path: "bin/" }, { path: "bin/sh", body: "shell", mode: 0o755 }]);

export function put(host: FakeHost, path: string, bytes: Uint8Array | string): string {
  host.files.makeDir(dirname(path));
  host.files.writeAtomic(path, bytes);
  return path;
}

/** What is in the store besides its empty directories. */
export function remains({ host }: Machine): string[] {
  return ["blobs/sha256", "layers", "l", "tmp"].flatMap((directory) =>
    host.inodes.lstat(`${IMAGES}/${directory}`) === undefined
      ? []
      : host.files.list(`${IMAGES}/${directory}`).map((name) => `${directory}/${name}`),
  );
}

export interface Archive {
  readonly layers: readonly Uint8Array[];
  readonly diffIds?: readonly string[];
  readonly tags?: readonly string[];
  readonly config?: object;
}

/** A `docker save` archive. */
export function dockerArchive(archive: Archive, more: readonly TestEntry[] = []): Uint8Array {
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    created: "2026-01-02T03:04:05Z",
    config: { Cmd: ["/bin/sh"], ...archive.config },
    rootfs: { type: "layers", diff_ids: archive.diffIds ?? archive.layers.map((layer) => digestOf(layer)) },
    history: [
      { created_by: "ADD", created: "2026-01-02T03:04:05Z" },
      { created_by: "CMD", empty_layer: true, comment: "c" },
    ],
  });
  const manifest = [
    { Config: "c.json", RepoTags: archive.tags ?? ["app:1"], Layers: archive.layers.map((_, at) => `${at}/layer.tar`) },
  ];
  return tar([
    ...archive.layers.map((body, at) => ({ path: `${at}/layer.tar`, body })),
    ...more,
    { path: "c.json", body: config },
    { path: "manifest.json", body: JSON.stringify(manifest) },
  ]);
}
