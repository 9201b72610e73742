import assert from "node:assert/strict";
import { test } from "node:test";
import { hexId } from "../../test/support/definitions.ts";
import type { Digest } from "../base/brand.ts";
import { hasCode } from "../base/errors.ts";
import { HostError } from "../base/host-error.ts";
import { type FakeHost, openFakeHost } from "../host/fakes/open.ts";
import { chainIdsOf, digestOf, hexOf } from "./digests.ts";
import { linkLayer } from "./layer-store.ts";
import { imagePaths } from "./paths.ts";
import { openRootfs } from "./rootfs.ts";

const ROOT = "/var/lib/minke";
const ID = hexId("c");
const paths = imagePaths(ROOT);

/** A stack of layers, each with one file; returns the chain id of the topmost. */
function stack(host: FakeHost, count: number): Digest {
  const chain = chainIdsOf(Array.from({ length: count }, (_, at) => digestOf(`layer ${at}`)));
  const links: string[] = [];
  for (const [at, chainId] of chain.entries()) {
    const directory = `${paths.layers}/${hexOf(chainId)}`;
    host.files.makeDir(`${directory}/diff`);
    host.files.createExclusive(`${directory}/diff/layer-${at}`, String(at));
    links.unshift(linkLayer(host, paths, chainId));
    const parent = chain[at - 1];
    const record = { chainId, diffId: chainId, size: 1, stack: links, ...(parent && { parent }) };
    host.files.createExclusive(`${directory}/layer.json`, JSON.stringify(record));
  }
  return chain.at(-1) ?? digestOf("");
}

function dataOf(host: FakeHost): string {
  return host.mounts.list().find(({ fsType }) => fsType === "overlay")?.superOptions ?? "";
}

test("mounts the layers topmost first, once, and takes all down", () => {
  const host = openFakeHost();
  const rootfs = openRootfs({ host, config: { root: ROOT } });
  const chainId = stack(host, 2);
  rootfs.create(ID);
  const merged = rootfs.mount(ID, chainId);
  assert.equal(merged, `${ROOT}/overlay/${ID}/merged`);
  assert.deepEqual(host.files.list(merged), ["layer-0", "layer-1"]);
  assert.match(
    dataOf(host),
    /lowerdir=\/var\/lib\/minke\/images\/l\/.{6}:\/var\/lib\/minke\/images\/l\/.{6},upperdir=/,
  );
  assert.equal(rootfs.mount(ID, chainId), merged);
  assert.equal(host.mounts.list().filter(({ fsType }) => fsType === "overlay").length, 1);
  rootfs.unmount(ID);
  rootfs.unmount(ID);
  assert.equal(host.mounts.isMountPoint(merged), false);
  rootfs.mount(ID, chainId);
  rootfs.remove(ID);
  rootfs.remove(ID);
  assert.equal(host.inodes.lstat(`${ROOT}/overlay/${ID}`), undefined);
});

test("gives the root directory the mode and owner of the image's", () => {
  const host = openFakeHost();
  const rootfs = openRootfs({ host, config: { root: ROOT } });
  const chainId = stack(host, 1);
  host.inodes.chown(`${paths.layers}/${hexOf(chainId)}/diff`, 3, 4);
  host.inodes.chmod(`${paths.layers}/${hexOf(chainId)}/diff`, 0o711);
  rootfs.mount(ID, chainId);
  const upper = host.inodes.lstat(rootfs.upperPath(ID));
  assert.deepEqual([upper?.mode, upper?.uid, upper?.gid], [0o711, 3, 4]);
});

test("mounts an image without layers, and a directory of the host", () => {
  const host = openFakeHost();
  const rootfs = openRootfs({ host, config: { root: ROOT } });
  assert.deepEqual(host.files.list(rootfs.mount(ID, "")), []);
  host.files.makeDir("/srv/tree");
  rootfs.mountPath(hexId("d"), "/srv/tree");
  assert.throws(
    () => rootfs.mountPath(hexId("e"), "/none"),
    (error) => hasCode(error, "ROOTFS_PATH_MISSING"),
  );
});

test("names many layers relative to their directory, and refuses more than mount(2) can take", () => {
  const host = openFakeHost();
  const rootfs = openRootfs({ host, config: { root: ROOT } });
  assert.equal(host.files.list(rootfs.mount(ID, stack(host, 200))).length, 200);
  assert.throws(
    () => rootfs.mount(hexId("d"), stack(openFakeHostWith(host), 700)),
    (error) => hasCode(error, "ROOTFS_TOO_DEEP") && error.data.layers === 700,
  );
});

/** The same machine with an empty layer store. */
function openFakeHostWith(host: FakeHost): FakeHost {
  host.files.removeTree(paths.layers);
  return host;
}

test("makes a lost link again, and tells a lost layer", () => {
  const host = openFakeHost();
  const rootfs = openRootfs({ host, config: { root: ROOT } });
  const chainId = stack(host, 2);
  const [lowest = digestOf("")] = chainIdsOf([digestOf("layer 0")]);
  for (const name of host.files.list(paths.links)) host.files.remove(`${paths.links}/${name}`);
  assert.equal(host.files.list(rootfs.mount(ID, chainId)).length, 2);
  rootfs.unmount(ID);
  host.files.removeTree(`${paths.layers}/${hexOf(lowest)}`);
  assert.throws(
    () => rootfs.mount(ID, chainId),
    (error) => hasCode(error, "ROOTFS_LAYER_MISSING") && error.data.layer === lowest,
  );
  assert.throws(
    () => rootfs.mount(ID, digestOf("none")),
    (error) => hasCode(error, "ROOTFS_LAYER_MISSING"),
  );
});

test("detaches a mount that is busy", () => {
  const host = openFakeHost();
  const rootfs = openRootfs({ host, config: { root: ROOT } });
  const calls: unknown[] = [];
  const mounts = {
    unmount: (target: string, options?: { readonly lazy?: boolean }) => {
      calls.push(options);
      if (options?.lazy !== true) throw new HostError("EBUSY", "umount", target);
    },
  };
  openRootfs({ host: { ...pick(host), mounts: { ...pickMounts(host), ...mounts } }, config: { root: ROOT } }).unmount(
    ID,
  );
  assert.deepEqual(calls, [undefined, { lazy: true }]);
  assert.equal(rootfs.size(ID), 0);
});

const pick = ({ files, inodes }: FakeHost) => ({ files, inodes });
const pickMounts = ({ mounts }: FakeHost) => ({
  mount: mounts.mount.bind(mounts),
  isMountPoint: mounts.isMountPoint.bind(mounts),
  list: mounts.list.bind(mounts),
});

test("counts what the container wrote", () => {
  const host = openFakeHost();
  const rootfs = openRootfs({ host, config: { root: ROOT } });
  rootfs.mount(ID, stack(host, 1));
  host.files.makeDir(`${rootfs.upperPath(ID)}/d`);
  host.files.createExclusive(`${rootfs.upperPath(ID)}/d/a`, "12345");
  host.files.createExclusive(`${rootfs.upperPath(ID)}/b`, "678");
  assert.equal(rootfs.size(ID), 8);
});

test("a link's name grows while another layer has it", () => {
  const host = openFakeHost();
  const chainId = digestOf("x");
  const short = linkLayer(host, paths, chainId);
  assert.equal(linkLayer(host, paths, chainId), short);
  host.files.remove(`${paths.links}/${short}`);
  host.inodes.symlink("../layers/other/diff", `${paths.links}/${short}`);
  assert.equal(linkLayer(host, paths, chainId).length, short.length + 1);
});
