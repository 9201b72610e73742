import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { openImages } from "../../src/images/open.ts";
import type { ImageService } from "../../src/images/service.ts";
import { needs, unless } from "../support/needs.ts";
import { openPodman, type Podman } from "../support/podman.ts";
import { tar } from "../support/tar.ts";
import { TemporaryStore } from "../support/temporary-store.ts";

const withPodman = unless(needs.root, needs.program("podman"));
const ROOTFS = tar([{ path: "bin/" }, { path: "bin/sh", body: "shell", mode: 0o755 }]);
const CHANGES = [
  'CMD ["sh"]',
  "ENV A=b",
  "EXPOSE 80",
  "LABEL x=y",
  "USER 5",
  "VOLUME /v",
  "WORKDIR /w",
  "STOPSIGNAL TERM",
];

interface Pair extends AsyncDisposable {
  readonly images: ImageService;
  readonly podman: Podman;
  readonly directory: string;
}

/** A store of ours and a podman, each with an image `both:1` of the same root file system and changes. */
async function openPair(): Promise<Pair> {
  const place = new TemporaryStore();
  // podman names an image after its directory, which must be lower case then.
  const directory = join(tmpdir(), `minke-exchange-${randomUUID()}`);
  mkdirSync(directory);
  const podman = await openPodman({ images: [] });
  const { host, root, runRoot } = place;
  const images = openImages({ host, store: place.open(), config: loadConfig(host, { root, runRoot }) });
  const source = join(directory, "rootfs.tar");
  writeFileSync(source, ROOTFS);
  await images.import(source, { reference: "both:1", changes: CHANGES, message: "made" });
  await podman.ok("import", ...CHANGES.flatMap((change) => ["--change", change]), "-m", "made", source, "both:1");
  return {
    images,
    podman,
    directory,
    [Symbol.asyncDispose]: async () => {
      await podman[Symbol.asyncDispose]();
      place[Symbol.dispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Every key with the kind of its value, at every depth that is not a map of the user's. */
function shapeOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [`${path}[]`] : shapeOf(value[0], `${path}[]`);
  if (typeof value !== "object" || value === null) return [`${path} ${value === null ? "null" : typeof value}`];
  return Object.entries(value).flatMap(([key, each]) => shapeOf(each, `${path}.${key}`));
}

test("podman and we describe an image alike", withPodman, async () => {
  await using pair = await openPair();
  const [theirs] = await pair.podman.json<Record<string, unknown>[]>("image", "inspect", "both:1");
  const ours = await pair.images.inspect("both:1");
  assert.deepEqual(shapeOf(ours).sort(), shapeOf(theirs).sort());
  for (const key of [
    "RepoTags",
    "RootFS",
    "Labels",
    "Annotations",
    "ManifestType",
    "User",
    "Os",
    "Architecture",
    "Comment",
  ])
    assert.deepEqual(ours[key], theirs?.[key], key);
  // podman writes the signal as a number.
  assert.deepEqual({ ...(ours["Config"] as object), StopSignal: "15" }, theirs?.["Config"]);
});

test("podman loads what we save, and we what podman saves, with the same ids", withPodman, async () => {
  await using pair = await openPair();
  const { id } = await pair.images.resolve("both:1");
  const theirId = await pair.podman.ok("image", "inspect", "--format", "{{.Id}}", "both:1");
  for (const format of ["docker-archive", "oci-archive", "oci-dir", "docker-dir"] as const) {
    const ours = join(pair.directory, `ours-${format}`);
    const theirs = join(pair.directory, `theirs-${format}`);
    await pair.images.save(["both:1"], ours, { format });
    await pair.podman.ok("save", "--format", format, "-o", theirs, "both:1");
    await pair.podman.ok("load", "-i", ours);
    await pair.podman.ok("image", "exists", id);
    await pair.images.load(theirs);
    assert.equal((await pair.images.resolve(theirId)).id, theirId, format);
    await pair.podman.ok("rmi", "-f", id);
    await pair.images.remove([theirId], { force: true });
    await pair.images.load(ours);
    await pair.podman.ok("load", "-i", theirs);
    await pair.podman.ok("tag", theirId, "both:1");
    await pair.images.tag(id, ["both:1"]);
  }
});

test(
  "an image of podman's storage can be pulled",
  unless(needs.root, needs.program("podman"), needs.program("skopeo")),
  async () => {
    await using pair = await openPair();
    const store = await pair.podman.json<{ store: { graphRoot: string; runRoot: string } }>("info", "--format", "json");
    const { graphRoot, runRoot } = store.store;
    const [id] = await pair.images.pull(`containers-storage:[overlay@${graphRoot}+${runRoot}]localhost/both:1`);
    assert.equal(id, await pair.podman.ok("image", "inspect", "--format", "{{.Id}}", "both:1"));
    assert.deepEqual((await pair.images.resolve(id ?? "")).names, ["localhost/both:1"]);
  },
);
