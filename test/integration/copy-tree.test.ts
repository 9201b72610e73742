import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Directory } from "../../src/engine/archive/directory.ts";
import { Packer } from "../../src/engine/archive/pack.ts";
import { unpackInto } from "../../src/engine/archive/unpack.ts";
import { walk } from "../../src/engine/archive/walk.ts";
import { openHost } from "../../src/host/open.ts";
import { writeTarNodes } from "../../src/images/tar/entry-writer.ts";
import { readTar } from "../../src/images/tar/reader.ts";
import { needs, unless } from "../support/needs.ts";
import { chunked, type TestEntry, tar } from "../support/tar.ts";

const host = await openHost();

/** A root `inside` and a directory beside it that nothing may touch. */
function place(): { readonly directory: string; readonly inside: string; readonly outside: string } & Disposable {
  const directory = mkdtempSync(join(tmpdir(), "minke-tree-"));
  const inside = join(directory, "inside");
  const outside = join(directory, "outside");
  for (const path of [join(inside, "d/sub"), outside]) mkdirSync(path, { recursive: true });
  writeFileSync(join(inside, "d/f"), "f");
  writeFileSync(join(inside, "d/sub/x"), "x");
  writeFileSync(join(outside, "secret"), "secret");
  return { directory, inside, outside, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}

async function put(root: string, into: string, entries: readonly TestEntry[], overwrite = false): Promise<string> {
  using directory = Directory.open(host, root, "/");
  try {
    await unpackInto(directory, into, readTar(chunked(tar(entries))), { overwrite });
    return "taken";
  } catch (error) {
    return (error as Error).message;
  }
}

test("a directory that becomes a link while it is packed leads nowhere", unless(needs.root), async () => {
  using at = place();
  using root = Directory.open(host, at.inside, "/");
  const swapped = async function* () {
    for await (const node of new Packer().entry(root, ".", "")) {
      yield node;
      if (node.path !== "d/f") continue;
      renameSync(join(at.inside, "d"), join(at.inside, "moved"));
      symlinkSync(at.outside, join(at.inside, "d"));
      rmSync(join(at.inside, "moved/sub"), { recursive: true });
      symlinkSync(at.outside, join(at.inside, "moved/sub"));
    }
  };
  const seen: string[] = [];
  for await (const { path, type, body } of readTar(writeTarNodes(swapped()))) {
    let text = "";
    for await (const chunk of body) text += new TextDecoder().decode(chunk);
    seen.push(`${path} ${type} ${text}`);
  }
  // `sub` was listed before it was swapped; what follows is the link itself, never what it leads to.
  assert.deepEqual(seen, ["d/ directory ", "d/f file f", "d/sub symlink ", "moved/ directory "].slice(0, seen.length));
  assert.equal(
    seen.some((line) => line.includes("secret")),
    false,
  );
});

test("an opened directory that becomes a link is refused or stays itself", unless(needs.root), () => {
  using at = place();
  using root = Directory.open(host, at.inside, "/");
  using opened = root.enter("d");
  renameSync(join(at.inside, "d"), join(at.inside, "moved"));
  symlinkSync(at.outside, join(at.inside, "d"));
  assert.deepEqual(opened.names(), ["f", "sub"]);
  assert.throws(() => root.enter("d"), /d: it changes/);
  assert.throws(() => root.openFile("d"), /d: it changes/);
});

test("links are followed inside of the root only", unless(needs.root), () => {
  using at = place();
  using root = Directory.open(host, at.inside, "/");
  for (const [target, name] of [
    ["/d", "abs"],
    ["../../../d/sub", "up"],
    [join("..", "outside"), "out"],
    ["loop", "loop"],
    ["/", "top"],
  ] as const)
    symlinkSync(target, join(at.inside, name));
  const kinds = ["abs/f", "up/x", "top/abs/../d/f", "out/secret", "d/f/x", "..", "nothing", "no/thing"].map((path) => {
    try {
      using found = walk(root, path);
      return found === undefined ? "no way" : (found.stat?.kind ?? "missing");
    } catch (error) {
      return (error as Error).message;
    }
  });
  assert.deepEqual(kinds, [
    "file",
    "file",
    "file",
    "no way",
    "/d/f: not a directory",
    "directory",
    "missing",
    "no way",
  ]);
  assert.throws(() => walk(root, "loop"), /too many symbolic links in loop/);
});

test("an archive cannot write outside of the root", unless(needs.root), async () => {
  using at = place();
  symlinkSync(at.outside, join(at.inside, "abs"));
  assert.match(await put(at.inside, "", [{ path: "../outside/new", body: "1" }]), /leads out of its directory/);
  assert.match(await put(at.inside, "d", [{ path: "h", type: "1", linkPath: "../../outside/secret" }]), /leads out/);
  assert.match(await put(at.inside, "d", [{ path: "h", type: "1", linkPath: "nothing" }]), /which is not there/);
  assert.equal(await put(at.inside, "", [{ path: "abs/new", body: "1" }]), "taken");
  const own = [
    { path: "l", type: "2", linkPath: at.outside },
    { path: "l/more", body: "1" },
  ];
  assert.equal(await put(at.inside, "", own), "taken");
  assert.deepEqual(readdirSync(at.outside), ["secret"]);
  assert.equal(existsSync(join(at.inside, at.outside, "more")), true);
});

test(
  "files and directories take each other's place only if asked to; links are replaced",
  unless(needs.root),
  async () => {
    using at = place();
    symlinkSync(join(at.outside, "secret"), join(at.inside, "l"));
    assert.match(await put(at.inside, "d", [{ path: "f/" }]), /error creating "\/d\/f": mkdir \/d\/f: file exists/);
    assert.match(await put(at.inside, "d", [{ path: "sub", body: "1" }]), /\/d\/sub: is a directory/);
    assert.equal(await put(at.inside, "d", [{ path: "f/" }, { path: "sub", body: "1" }], true), "taken");
    assert.equal(readFileSync(join(at.inside, "d/sub"), "utf8"), "1");
    assert.equal(await put(at.inside, "", [{ path: "l", body: "2" }]), "taken");
    assert.equal(readFileSync(join(at.outside, "secret"), "utf8"), "secret");
  },
);

test("what is mounted in a tree is not removed with it", unless(needs.root), async () => {
  using at = place();
  const file = join(at.inside, "d/f");
  host.mounts.mount(join(at.outside, "secret"), file, "", { flags: 4096 });
  try {
    const busy = /error removing item to be overwritten "\/d(\/f)?": device or resource busy/;
    assert.match(await put(at.inside, "d", [{ path: "f", body: "1" }]), busy);
    assert.match(await put(at.inside, "", [{ path: "d", body: "1" }], true), busy);
  } finally {
    host.mounts.unmount(file);
  }
  assert.equal(readFileSync(join(at.outside, "secret"), "utf8"), "secret");
});
