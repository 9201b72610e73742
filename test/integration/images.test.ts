import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { hasCode } from "../../src/base/errors.ts";
import { loadConfig } from "../../src/config/load.ts";
import { digestOf } from "../../src/images/digests.ts";
import { openImages } from "../../src/images/open.ts";
import type { ImageService } from "../../src/images/service.ts";
import { needs, unless } from "../support/needs.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { tar } from "../support/tar.ts";
import { TemporaryStore } from "../support/temporary-store.ts";

const registry = { met: hasRegistry(), what: "the Debian package docker-registry" };
const withRegistry = unless(needs.root, needs.program("skopeo"), registry);
const BASE = tar([{ path: "bin/" }, { path: "bin/sh", body: "shell", mode: 0o755 }]);

/** An engine root with images only. */
class ImageRoot implements Disposable {
  readonly #place = new TemporaryStore();
  readonly root = this.#place.root;
  readonly directory = this.#place.directory;
  readonly images: ImageService;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.images = this.another(env);
  }

  /** The same store as another process has it. */
  another(env: Readonly<Record<string, string>> = {}): ImageService {
    const { host, root, runRoot } = this.#place;
    const system = withProperty(host.system, "env", { ...host.system.env, ...env });
    const seen = withProperty(host, "system", system);
    const store = this.#place.open();
    // Trying again takes seconds, and never helps here.
    const config = withProperty(loadConfig(seen, { root, runRoot }), "pullRetries", 0);
    return openImages({ host: seen, store, config });
  }

  file(name: string, content: Uint8Array | string): string {
    const path = join(this.directory, name);
    writeFileSync(path, content);
    return path;
  }

  /** Blobs, layers and leftovers in the store. */
  remains(): string[] {
    return ["blobs/sha256", "layers", "l", "tmp"].flatMap((name) => readdirSync(join(this.root, "images", name)));
  }

  [Symbol.dispose](): void {
    this.#place[Symbol.dispose]();
  }
}

/** The same object but for one property. */
function withProperty<T extends object, K extends keyof T>(object: T, key: K, value: T[K]): T {
  return Object.create(object, { [key]: { value, enumerable: true } });
}

const insecure = { tlsVerify: false };

/** A registry with `app:1`, `app:2` in docker's format, both of one image. */
async function filledRegistry(root: ImageRoot): Promise<TestRegistry & { readonly id: string; readonly app: string }> {
  const server = await startRegistry();
  const app = `${server.address}/team/app`;
  const changes = ["CMD sh", "HEALTHCHECK --interval=5s CMD true"];
  const id = await root.images.import(root.file("base.tar", gzipSync(BASE)), { reference: "app", changes });
  await root.images.push("app", `${app}:1`, insecure);
  await root.images.push("app", `docker://${app}:2`, { ...insecure, format: "v2s2" });
  return Object.assign(server, { id, app });
}

const OCI = "application/vnd.oci.image.manifest.v1+json";

async function manifestOf(server: TestRegistry, tag: string): Promise<Uint8Array> {
  const accept = `${OCI}, application/vnd.docker.distribution.manifest.v2+json`;
  const reply = await fetch(`http://${server.address}/v2/team/app/manifests/${tag}`, { headers: { accept } });
  return new Uint8Array(await reply.arrayBuffer());
}

test("what is pushed comes back the same, and nothing is fetched twice", withRegistry, async () => {
  using source = new ImageRoot();
  await using server = await filledRegistry(source);
  using target = new ImageRoot();
  const lines: string[] = [];
  const progress = (line: string) => lines.push(line);
  assert.deepEqual(await target.images.pull(`${server.app}:1`, { ...insecure, progress }), [server.id]);
  assert.equal(lines[0], `Trying to pull ${server.app}:1...`);
  assert.ok(
    lines.some((line) => line.startsWith("Copying blob sha256:")),
    lines.join("\n"),
  );
  const layers = join(target.root, "images/layers");
  const inode = statSync(join(layers, readdirSync(layers)[0] ?? "")).ino;
  lines.length = 0;
  assert.deepEqual(await target.images.pull(`${server.app}:1`, { ...insecure, progress }), [server.id]);
  assert.deepEqual(await target.images.pull(`${server.app}:2`, { ...insecure, progress }), [server.id]);
  assert.deepEqual(
    lines.filter((line) => line.startsWith("Copying")),
    [],
  );
  assert.equal(statSync(join(layers, readdirSync(layers)[0] ?? "")).ino, inode);
  const image = await target.images.resolve(server.id);
  assert.deepEqual(image.names, [`${server.app}:1`, `${server.app}:2`]);
  assert.deepEqual(image.config.config.Healthcheck, { Test: ["CMD-SHELL", "true"], Interval: 5e9 });
  for (const tag of ["1", "2"]) {
    const digest = digestOf(await manifestOf(server, tag));
    assert.ok(image.repoDigests.includes(`${server.app}@${digest}`), tag);
    assert.equal((await target.images.resolve(`${server.app}@${digest}`)).id, server.id);
  }
});

test("an image in docker's format keeps its id, digest and health check", withRegistry, async () => {
  using source = new ImageRoot();
  await using server = await filledRegistry(source);
  using target = new ImageRoot();
  await target.images.pull(`${server.app}:2`, insecure);
  const inspected = await target.images.inspect(`${server.app}:2`);
  assert.equal(inspected["Id"], server.id);
  assert.equal(inspected["ManifestType"], "application/vnd.docker.distribution.manifest.v2+json");
  assert.deepEqual(inspected["Healthcheck"], { Test: ["CMD-SHELL", "true"], Interval: 5e9 });
  // Manifest, config, layer blob; the layer and its link. What skopeo converted is swept.
  assert.equal(target.remains().length, 5);
  await target.images.remove([server.id]);
  assert.deepEqual(target.remains(), []);
});

test("pulls of one image at once fetch it once", withRegistry, async () => {
  using source = new ImageRoot();
  await using server = await filledRegistry(source);
  using target = new ImageRoot();
  const lines: string[] = [];
  const options = { ...insecure, progress: (line: string) => lines.push(line) };
  const others = [target.images, target.images, target.another(), target.another()];
  const ids = await Promise.all(others.map((images) => images.pull(`${server.app}:1`, options)));
  assert.deepEqual(ids.flat(), Array(4).fill(server.id));
  assert.equal(lines.filter((line) => line.startsWith("Copying config")).length, 1);
  assert.equal(target.remains().length, 5);
});

test("policies, digests, all tags", withRegistry, async () => {
  using source = new ImageRoot();
  await using server = await filledRegistry(source);
  using target = new ImageRoot();
  const { images } = target;
  const name = `${server.app}:1`;
  await assert.rejects(images.ensure(name, { ...insecure, policy: "never" }), (error) =>
    hasCode(error, "NO_SUCH_IMAGE"),
  );
  assert.equal((await images.ensure(name, insecure)).id, server.id);
  const changed = await source.images.import(join(source.directory, "base.tar"), {
    reference: "new",
    changes: ["USER 1"],
  });
  await source.images.push("new", name, insecure);
  assert.equal((await images.ensure(name, insecure)).id, server.id);
  assert.equal((await images.ensure(name, { ...insecure, policy: "newer" })).id, changed);
  assert.equal((await images.ensure(name, { ...insecure, policy: "newer" })).id, changed);
  assert.deepEqual((await images.resolve(server.id)).names, []);
  assert.deepEqual(await images.prune(), [server.id]);
  const digest = (await images.resolve(name)).manifestDigest;
  await images.remove([name]);
  const byDigest = `${server.app}@${digest}`;
  assert.deepEqual(await images.pull(byDigest, insecure), [changed]);
  assert.deepEqual((await images.resolve(byDigest)).names, []);
  // Asked for by digest is asked for by name: it does not dangle.
  assert.deepEqual(await images.prune(), []);
  assert.deepEqual(
    [...(await images.pull(server.app, { ...insecure, allTags: true }))].sort(),
    [changed, server.id].sort(),
  );
  assert.equal((await images.resolve(`${server.app}:2`)).id, server.id);
});

test("short names are found by alias and search list of registries.conf", withRegistry, async () => {
  using source = new ImageRoot();
  await using server = await filledRegistry(source);
  const conf = source.file(
    "registries.conf",
    [
      `unqualified-search-registries = ["127.0.0.1:1", "${server.address}"]`,
      'short-name-mode = "permissive"',
      `[aliases]\nshort = "${server.app}"`,
      `[[registry]]\nlocation = "${server.address}"\ninsecure = true`,
      '[[registry]]\nlocation = "127.0.0.1:1"\ninsecure = true',
    ].join("\n"),
  );
  using target = new ImageRoot({ CONTAINERS_REGISTRIES_CONF: conf });
  assert.equal((await target.images.ensure("short:1")).id, server.id);
  assert.deepEqual((await target.images.resolve("short:1")).names, [`${server.app}:1`]);
  assert.equal((await target.images.ensure("team/app:2")).id, server.id);
  await assert.rejects(
    target.images.pull("team/none"),
    (error) =>
      hasCode(error, "PULL_FAILED") &&
      /2 errors occurred/.test(error.message) &&
      /manifest unknown/.test(error.message),
  );
});

test("of a list of manifests the one for the platform is taken", withRegistry, async () => {
  using source = new ImageRoot();
  await using server = await filledRegistry(source);
  const other = await source.images.import(join(source.directory, "base.tar"), {
    reference: "arm",
    changes: ["USER 7"],
  });
  await source.images.push("arm", `${server.app}:arm`, insecure);
  const entry = async (tag: string, architecture: string) => {
    const bytes = await manifestOf(server, tag);
    const platform = { os: "linux", architecture };
    return { mediaType: OCI, digest: digestOf(bytes), size: bytes.length, platform };
  };
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const index = { schemaVersion: 2, mediaType, manifests: [await entry("arm", "arm64"), await entry("1", "amd64")] };
  const reply = await fetch(`http://${server.address}/v2/team/app/manifests/list`, {
    method: "PUT",
    headers: { "content-type": mediaType },
    body: JSON.stringify(index),
  });
  assert.equal(reply.status, 201, await reply.text());
  using target = new ImageRoot();
  const platform = { os: "linux", architecture: "arm64" };
  assert.deepEqual(await target.images.pull(`${server.app}:list`, { ...insecure, platform }), [other]);
  assert.deepEqual(
    await target.images.pull(`${server.app}:list`, { ...insecure, platform: { architecture: "amd64" } }),
    [server.id],
  );
  const list = digestOf(JSON.stringify(index));
  assert.ok((await target.images.resolve(server.id)).repoDigests.includes(`${server.app}@${list}`));
  await assert.rejects(
    target.images.pull(`${server.app}:list`, { ...insecure, platform: { architecture: "s390x" } }),
    /no image found in manifest list for architecture "s390x", OS "linux"/,
  );
});

test("a registry that has not what it says is refused, and nothing remains", withRegistry, async () => {
  using source = new ImageRoot();
  await using server = await filledRegistry(source);
  const pushed = execFileSync("find", [server.storage, "-path", "*blobs*", "-name", "data", "-size", "-2"], {
    encoding: "utf8",
  });
  for (const path of pushed.trim().split("\n"))
    if (
      readFileSync(path)
        .subarray(0, 2)
        .equals(Buffer.from([0x1f, 0x8b]))
    )
      writeFileSync(path, gzipSync("evil"));
  using target = new ImageRoot();
  for (const tag of ["1", "2"])
    await assert.rejects(
      target.images.pull(`${server.app}:${tag}`, insecure),
      (error) => hasCode(error, "PULL_FAILED") && /igest did not match|verification/.test(error.message),
    );
  assert.deepEqual(target.remains(), []);
  assert.deepEqual(await target.images.list(), []);
});

test("names registry and image in what goes wrong", withRegistry, async () => {
  using root = new ImageRoot();
  await using server = await startRegistry();
  for (const [name, reason] of [
    [
      `${server.address}/none:1`,
      /initializing source docker:\/\/127\.0\.0\.1:\d+\/none:1: reading manifest 1 in .*manifest unknown/,
    ],
    [
      "127.0.0.1:1/x",
      /initializing source docker:\/\/127\.0\.0\.1:1\/x:latest: pinging container registry 127\.0\.0\.1:1: .*refused/,
    ],
  ] as const)
    await assert.rejects(
      root.images.pull(name, insecure),
      (error) => hasCode(error, "PULL_FAILED") && reason.test(error.message),
      name,
    );
  await root.images.import(root.file("base.tar", BASE), { reference: "app" });
  await assert.rejects(
    root.images.push("app", "127.0.0.1:1/app", insecure),
    (error) => hasCode(error, "PUSH_FAILED") && error.data.ref === "docker://127.0.0.1:1/app:latest",
  );
});

test(
  "takes archives packed with xz and bzip2",
  unless(needs.root, needs.program("xz"), needs.program("bzip2")),
  async () => {
    using root = new ImageRoot();
    const path = root.file("base.tar", BASE);
    const expected = await root.images.import(path);
    const { layers } = await root.images.resolve(expected);
    for (const program of ["xz", "bzip2"]) {
      const packed = root.file(`packed.${program}`, execFileSync(program, ["--stdout", path]));
      const image = await root.images.resolve(await root.images.import(packed));
      assert.deepEqual(image.layers, layers, program);
      const cut = root.file(`cut.${program}`, readFileSync(packed).subarray(0, 60));
      await assert.rejects(
        root.images.import(cut),
        (error) => hasCode(error, "ARCHIVE_BAD") && error.data.archive === cut,
        program,
      );
    }
  },
);

test("a failing write leaves neither archive nor directory", unless(needs.root), async () => {
  using root = new ImageRoot();
  await root.images.import(root.file("base.tar", BASE), { reference: "app" });
  await assert.rejects(root.images.save(["app"], join(root.directory, "none/x.tar")), (error) =>
    hasCode(error, "HOST_IO"),
  );
  const full = join(root.directory, "full");
  mkdirSync(full);
  writeFileSync(join(full, "file"), "");
  await assert.rejects(root.images.save(["app"], full, { format: "oci-dir" }), /is not an empty directory/);
  assert.deepEqual(readdirSync(full), ["file"]);
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  await assert.rejects(root.images.save(["app"], join(root.directory, "x"), { signal: controller.signal }), /enough/);
  assert.equal(readdirSync(root.directory).includes("x"), false);
});
