import assert from "node:assert/strict";
import { MS_BIND, MS_NOSUID } from "../../../src/host/mount-flags.ts";
import { forEachHost, throwsErrno } from "./for-each-host.ts";

forEachHost("mounts", (example) => {
  example(
    "mounts, lists and unmounts",
    ({ host, directory }) => {
      const { mounts } = host;
      const point = `${directory}/with space`;
      host.files.makeDir(point);
      host.files.writeAtomic(`${point}/hidden`, "");
      assert.equal(mounts.isMountPoint(point), false);
      mounts.mount("tmpfs", point, "tmpfs", { flags: MS_NOSUID, data: "size=64k" });
      assert.equal(mounts.isMountPoint(point), true);
      assert.deepEqual(host.files.list(point), []);
      const entry = mounts.list().find((mount) => mount.mountPoint === point);
      assert.equal(entry?.fsType, "tmpfs");
      throwsErrno(() => host.files.removeTree(directory), "EBUSY");
      mounts.unmount(point);
      mounts.unmount(point);
      mounts.unmount(`${directory}/none`);
      assert.equal(mounts.isMountPoint(point), false);
      assert.equal(mounts.isMountPoint(`${directory}/none`), false);
      assert.equal(mounts.isMountPoint("/"), true);
    },
    "root",
  );

  example(
    "binds from the same file system, and removal stops there",
    ({ host, directory }) => {
      host.files.makeDir(`${directory}/source`);
      host.files.writeAtomic(`${directory}/source/precious`, "kept");
      host.files.makeDir(`${directory}/tree/point`);
      host.mounts.mount(`${directory}/source`, `${directory}/tree/point`, "none", { flags: MS_BIND });
      assert.equal(host.mounts.isMountPoint(`${directory}/tree/point`), true);
      assert.equal(host.files.readText(`${directory}/tree/point/precious`), "kept");
      throwsErrno(() => host.files.removeTree(`${directory}/tree`), "EBUSY");
      throwsErrno(() => host.files.removeTree(`${directory}/tree/point`), "EBUSY");
      assert.equal(host.files.readText(`${directory}/source/precious`), "kept");
      host.mounts.unmount(`${directory}/tree/point`);
      host.files.removeTree(`${directory}/tree`);
    },
    "root",
  );

  example(
    "mounts an overlay by relative paths",
    ({ host, directory }) => {
      for (const name of ["low", "high", "up", "work", "merged"]) host.files.makeDir(`${directory}/${name}`);
      host.files.writeAtomic(`${directory}/low/a`, "low");
      host.files.writeAtomic(`${directory}/low/b`, "low");
      host.files.writeAtomic(`${directory}/high/b`, "high");
      host.inodes.makeNode(`${directory}/up/a`, "char", 0o600, 0, 0);
      const data = "lowerdir=high:low,upperdir=up,workdir=work";
      const before = host.system.cwd;
      host.mounts.mount("overlay", `${directory}/merged`, "overlay", { data, directory });
      assert.equal(host.system.cwd, before);
      assert.deepEqual(host.files.list(`${directory}/merged`), ["b"]);
      assert.equal(host.files.readText(`${directory}/merged/b`), "high");
    },
    "root",
  );

  example(
    "refuses what the kernel would cut or can't find",
    ({ host, directory }) => {
      throwsErrno(() => host.mounts.mount("x", directory, "tmpfs", { data: "x".repeat(4096) }), "E2BIG");
      throwsErrno(() => host.mounts.mount("x", `${directory}/none`, "tmpfs"), "ENOENT");
    },
    "root",
  );
});

forEachHost("namespaces", (example) => {
  example(
    "makes, finds and removes network namespaces",
    ({ host, directory, kind }) => {
      const { namespaces } = host;
      const path = `${directory}/netns/one`;
      const own = kind === "real" ? host.inodes.readLink("/proc/thread-self/ns/net") : "";
      assert.equal(namespaces.exists(path), false);
      namespaces.create(path);
      assert.equal(namespaces.exists(path), true);
      assert.equal(host.mounts.isMountPoint(path), true);
      if (kind === "real") {
        assert.equal(host.inodes.readLink("/proc/thread-self/ns/net"), own);
        assert.notEqual(own, `net:[${host.inodes.stat(path)?.inode}]`);
      }
      throwsErrno(() => namespaces.create(path), "EEXIST");
      namespaces.remove(path);
      namespaces.remove(path);
      assert.equal(namespaces.exists(path), false);
      assert.deepEqual(host.files.list(`${directory}/netns`), []);
    },
    "root",
  );

  example(
    "binds the namespace of a process",
    ({ host, directory }) => {
      const path = `${directory}/ns`;
      host.namespaces.bindProcess(host.processes.self, path);
      assert.equal(host.namespaces.exists(path), true);
      host.namespaces.remove(path);
      throwsErrno(() => host.namespaces.bindProcess(2 ** 22 - 1, path), "ENOENT");
      assert.equal(host.inodes.lstat(path), undefined);
    },
    "root",
  );
});
