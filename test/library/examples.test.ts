import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import type { Engine } from "minke";
import { IMAGE_CHANGES, imageTar } from "../support/images.ts";
import { needs, unless } from "../support/needs.ts";
import { freePort, until } from "../support/wait.ts";
import { complaintsOf, makeConsumer } from "./consumer.ts";
import { type DocExample, docExamples, writeModules } from "./doc-examples.ts";
import { type EngineFixture, openFixture } from "./engine-fixture.ts";

interface ExampleModule {
  readonly example: (engine: Engine, console: { log: (...values: unknown[]) => void }) => Promise<void>;
}

const EXAMPLES = docExamples();

/** The shop of the pages: `migrate` ends at once, without a word it serves a page on port 80. */
const SHOP = [
  'case "$1" in migrate) exit 0;; esac',
  "mkdir -p /www",
  "echo hello > /www/index.html",
  "exec httpd -f -p 80 -h /www",
].join("; ");

/** The images that the examples use, and /data with a root file system. */
async function prepare({ engine, directory }: EngineFixture, examples: readonly DocExample[]): Promise<string> {
  const uses = (word: string) => examples.some((example) => example.code.includes(`"${word}"`));
  if (uses("shop") || uses("shop-image")) {
    const changes = [`ENTRYPOINT ${JSON.stringify(["sh", "-c", SHOP, "shop"])}`, "ENV PATH=/bin"];
    await engine.images.import(imageTar("busybox"), { reference: "shop", changes });
    await engine.images.tag("shop", ["shop-image"]);
  }
  if (uses("redis"))
    await engine.images.import(imageTar("redis"), { reference: "redis", changes: IMAGE_CHANGES.redis });
  const data = join(directory, "data");
  mkdirSync(data);
  symlinkSync(imageTar("busybox"), join(data, "rootfs.tar"));
  return data;
}

/** Where a page follows events until a container dies, some container has to: one is restarted until the example is done. */
async function endSomething(engine: Engine, example: DocExample, done: () => boolean): Promise<void> {
  if (!example.code.includes('event.action === "died") break')) return;
  await until("the example's end", async () => {
    const running = (await engine.pods.list()).some((pod) => pod.status === "Running");
    if (running && !done())
      await engine.containers.restart({ refs: ["shop-web"], ignoreMissing: true }, { timeout: 0 });
    return done();
  });
}

async function runExample(engine: Engine, example: DocExample, path: string): Promise<void> {
  const { example: run } = (await import(pathToFileURL(path).href)) as ExampleModule;
  const printed: string[] = [];
  let done = false;
  const running = run(engine, { log: (...values) => void printed.push(...format(...values).split("\n")) }).finally(
    () => {
      done = true;
    },
  );
  await Promise.all([running, endSomething(engine, example, () => done)]);
  let from = 0;
  for (const line of example.prints) {
    const at = printed.indexOf(line, from);
    assert.ok(
      at >= 0,
      `${example.page}:${example.line} prints ${JSON.stringify(printed)}, and no ${JSON.stringify(line)}`,
    );
    from = at + 1;
  }
}

test("the examples of the documentation have the right types", () => {
  using consumer = makeConsumer({ minke: "." });
  writeModules(consumer.directory, EXAMPLES, { data: "/data", port: 8080 });
  assert.equal(complaintsOf(consumer, { module: "nodenext" }), "");
});

let port: number | undefined;

for (const section of new Set(EXAMPLES.map((example) => example.section))) {
  test(`the examples of the documentation run: ${section}`, unless(needs.root), async () => {
    await using fixture = await openFixture();
    using consumer = makeConsumer({ minke: "." });
    const { engine } = fixture;
    const examples = EXAMPLES.filter((example) => example.section === section);
    port ??= await freePort();
    const place = { data: await prepare(fixture, examples), port };
    process.env["MINKE_EXAMPLES"] = fixture.directory;
    for (const [at, path] of writeModules(consumer.directory, examples, place).entries()) {
      const example = examples[at];
      if (example === undefined) continue;
      try {
        await runExample(engine, example, path);
      } catch (error) {
        throw new Error(`${example.page}:${example.line}: ${String(error)}`, { cause: error });
      }
      await engine.pods.remove({ all: true }, { force: true, timeout: 0 });
      await engine.containers.remove({ all: true }, { force: true, timeout: 0 });
    }
  });
}
