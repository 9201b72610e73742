import assert from "node:assert/strict";
import { forEachHost, throwsErrno } from "./for-each-host.ts";

forEachHost("files", (example) => {
  example("writes atomically with an exact mode, and reads back", ({ host, directory }) => {
    const path = `${directory}/a`;
    host.files.writeAtomic(path, "one", { mode: 0o666, durable: true });
    host.files.writeAtomic(path, Uint8Array.of(0xff, 0x00), { mode: 0o640 });
    assert.deepEqual([...host.files.readBytes(path)], [0xff, 0x00]);
    assert.equal(host.inodes.lstat(path)?.mode, 0o640);
    assert.deepEqual(host.files.list(directory), ["a"]);
    assert.equal(host.files.readTextIfExists(`${directory}/none`), undefined);
    assert.equal(host.files.readTextIfExists(`${path}/below-a-file`), undefined);
    throwsErrno(() => host.files.readText(`${directory}/none`), "ENOENT");
    throwsErrno(() => host.files.readText(directory), "EISDIR");
    throwsErrno(() => host.files.readText(`${directory}/nul\0`), "EINVAL");
  });

  example("an atomic write replaces a link, not what it points to", ({ host, directory }) => {
    host.files.writeAtomic(`${directory}/target`, "kept");
    host.inodes.symlink("target", `${directory}/link`);
    host.files.writeAtomic(`${directory}/link`, "new");
    assert.equal(host.files.readText(`${directory}/target`), "kept");
    assert.equal(host.inodes.lstat(`${directory}/link`)?.kind, "file");
    throwsErrno(() => host.files.writeAtomic(`${directory}/no/where`, ""), "ENOENT");
  });

  example("creates exclusively, appends, and writes in place", ({ host, directory }) => {
    const path = `${directory}/a`;
    host.files.createExclusive(path, "12345");
    throwsErrno(() => host.files.createExclusive(path, ""), "EEXIST");
    host.files.append(path, "67");
    host.files.writeInPlace(path, "ab");
    assert.equal(host.files.readText(path), "ab34567");
    throwsErrno(() => host.files.writeInPlace(`${directory}/none`, "x"), "ENOENT");
    host.files.append(`${directory}/new`, "x", { mode: 0o644 });
    assert.equal(host.files.readText(`${directory}/new`), "x");
  });

  example("a FIFO without a reader says ENXIO at once", ({ host, directory }) => {
    host.inodes.makeNode(`${directory}/fifo`, "fifo", 0o600, 0, 0);
    throwsErrno(() => host.files.writeInPlace(`${directory}/fifo`, "x"), "ENXIO");
    assert.equal(host.files.consumeFifo(`${directory}/fifo`, "x"), false);
    assert.notEqual(host.inodes.lstat(`${directory}/fifo`), undefined);
    assert.equal(host.files.consumeFifo(`${directory}/none`, "x"), false);
  });

  example("makes directories with parents and exact modes", ({ host, directory }) => {
    host.files.makeDir(`${directory}/a/b/c`, 0o777);
    assert.equal(host.inodes.lstat(`${directory}/a/b/c`)?.mode, 0o777);
    assert.equal(host.inodes.lstat(`${directory}/a`)?.mode, 0o755);
    host.files.makeDir(`${directory}/a/b/c`, 0o700);
    assert.equal(host.inodes.lstat(`${directory}/a/b/c`)?.mode, 0o777);
    host.files.writeAtomic(`${directory}/file`, "");
    throwsErrno(() => host.files.makeDir(`${directory}/file`), "EEXIST");
    throwsErrno(() => host.files.makeDir(`${directory}/file/x`), "ENOTDIR", "EEXIST");
  });

  example("renames over files and empty directories only", ({ host, directory }) => {
    host.files.makeDir(`${directory}/full/x`);
    host.files.makeDir(`${directory}/empty`);
    host.files.makeDir(`${directory}/moved`);
    host.files.writeAtomic(`${directory}/f`, "f");
    host.files.writeAtomic(`${directory}/g`, "g");
    host.files.rename(`${directory}/f`, `${directory}/g`);
    host.files.rename(`${directory}/moved`, `${directory}/empty`);
    assert.deepEqual(host.files.list(directory), ["empty", "full", "g"]);
    assert.equal(host.files.readText(`${directory}/g`), "f");
    throwsErrno(() => host.files.rename(`${directory}/empty`, `${directory}/full`), "ENOTEMPTY", "EEXIST");
    throwsErrno(() => host.files.rename(`${directory}/none`, `${directory}/y`), "ENOENT");
    throwsErrno(() => host.files.rename(`${directory}/full`, `${directory}/full/x/y`), "EINVAL");
  });

  example("removes files, empty directories and whole trees", ({ host, directory }) => {
    host.files.makeDir(`${directory}/tree/a/b`);
    host.files.makeDir(`${directory}/outside`);
    host.files.writeAtomic(`${directory}/outside/kept`, "kept");
    host.files.writeAtomic(`${directory}/tree/a/f`, "");
    host.inodes.symlink("../../outside", `${directory}/tree/a/link`);
    host.inodes.symlink("outside", `${directory}/link`);
    throwsErrno(() => host.files.removeDir(`${directory}/tree`), "ENOTEMPTY");
    host.files.removeTree(`${directory}/tree`);
    host.files.removeTree(`${directory}/link`);
    host.files.removeTree(`${directory}/none`);
    assert.deepEqual(host.files.list(directory), ["outside"]);
    assert.equal(host.files.readText(`${directory}/outside/kept`), "kept");
    host.files.remove(`${directory}/outside/kept`);
    host.files.remove(`${directory}/outside/kept`);
    throwsErrno(() => host.files.remove(`${directory}/outside`), "EISDIR", "EPERM");
    host.files.removeDir(`${directory}/outside`);
    host.files.removeDir(`${directory}/outside`);
    throwsErrno(() => host.files.list(`${directory}/outside`), "ENOENT");
  });

  example("removes a tree that is deeper than any path may be long", ({ host, directory }) => {
    const name = "d".repeat(200);
    let top = `${directory}/0`;
    host.files.makeDir(top);
    for (let level = 1; level <= 400; level += 1) {
      const next = `${directory}/${level}`;
      host.files.makeDir(next);
      host.files.rename(top, `${next}/${name}`);
      top = next;
    }
    host.files.removeTree(top);
    assert.deepEqual(host.files.list(directory), []);
  });
});
