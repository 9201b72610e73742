import assert from "node:assert/strict";
import { test } from "node:test";
import {
  aContainer,
  aNetwork,
  anImage,
  aPod,
  aVolume,
  containerId,
  hexId,
  podId,
} from "../../test/support/definitions.ts";
import { TemporaryStore } from "../../test/support/temporary-store.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { hasCode } from "../base/errors.ts";
import type { EventSubject } from "../model/events.ts";
import type { Transaction } from "./repositories.ts";

const code = (wanted: ErrorCode) => (error: unknown) => {
  assert.ok(hasCode(error, wanted), `${wanted} expected, got ${String(error)}`);
  return true;
};

/** Runs a body in one write transaction of a new store. */
async function inStore(body: (tx: Transaction) => undefined, nowMs?: () => number): Promise<void> {
  using place = new TemporaryStore();
  await place.open(nowMs ? { nowMs } : {}).write(body);
}

test("containers come back as they went in, oldest first", () =>
  inStore((tx) => {
    const old = aContainer({ id: containerId(2), name: "old", createdAt: 5, labels: { ключ: "значение" } });
    const young = aContainer({ id: containerId(1), name: "young", createdAt: 9 });
    tx.containers.insert(young);
    tx.containers.insert(old);
    assert.deepEqual(tx.containers.list(), [old, young]);
    assert.deepEqual(tx.containers.get(old.id), old);
    assert.deepEqual(tx.containers.byName("young"), young);
    assert.equal(tx.containers.get("nothing"), undefined);
    assert.deepEqual(tx.containers.idsWithPrefix("1"), [young.id]);
    assert.deepEqual(tx.containers.idsWithPrefix(""), [young.id, old.id]);
    tx.containers.remove(old.id);
    tx.containers.remove(old.id);
    assert.deepEqual(tx.containers.list(), [young]);
  }));

test("pods and containers share one name space", () =>
  inStore((tx) => {
    tx.pods.insert(aPod({ name: "p" }));
    tx.containers.insert(aContainer({ name: "c" }));
    const other = aContainer({ id: containerId(2), name: "c" });
    assert.throws(() => tx.containers.insert(other), code("CONTAINER_NAME_IN_USE"));
    assert.throws(() => tx.containers.insert({ ...other, name: "p" }), code("NAME_IN_USE"));
    assert.throws(() => tx.pods.insert(aPod({ id: podId("e"), name: "c" })), code("NAME_IN_USE"));
    assert.throws(() => tx.pods.insert(aPod({ id: podId("e"), name: "p" })), code("NAME_IN_USE"));
    tx.containers.remove(containerId(1));
    tx.containers.insert(other);
  }));

test("a rename frees the old name and refuses a taken one", () =>
  inStore((tx) => {
    tx.containers.insert(aContainer({ name: "a" }));
    tx.pods.insert(aPod({ name: "p" }));
    assert.throws(() => tx.containers.replace(aContainer({ name: "p" })), code("NAME_IN_USE"));
    tx.containers.replace(aContainer({ name: "b", labels: { k: "v" } }));
    assert.equal(tx.containers.byName("a"), undefined);
    assert.deepEqual(tx.containers.byName("b")?.labels, { k: "v" });
    tx.pods.replace(aPod({ name: "a" }));
    assert.equal(tx.pods.resolve("a"), podId("f"));
    assert.throws(() => tx.containers.replace(aContainer({ id: containerId(9) })), code("CONTAINER_REMOVED"));
    assert.throws(() => tx.pods.replace(aPod({ id: podId(9) })), code("POD_REMOVED"));
  }));

test("a container reference means id, then name, then unique prefix", () =>
  inStore((tx) => {
    // The second container's name is the first one's id, and the third one's a prefix of both.
    tx.containers.insert(aContainer({ id: containerId("abc1"), name: "one" }));
    tx.containers.insert(aContainer({ id: containerId("abc2"), name: hexId("abc1") }));
    tx.containers.insert(aContainer({ id: containerId("dd"), name: "abc" }));
    tx.pods.insert(aPod({ name: "pod" }));
    tx.pods.insert(aPod({ id: podId("e"), name: "ab" }));
    const cases: readonly (readonly [string, string])[] = [
      [hexId("abc1"), hexId("abc1")],
      ["one", hexId("abc1")],
      ["abc", hexId("dd")],
      ["abc2", hexId("abc2")],
      ["d", hexId("dd")],
    ];
    for (const [ref, id] of cases) assert.equal(tx.containers.resolve(ref), id, ref);
    assert.throws(() => tx.containers.resolve(""), code("EMPTY_ID"));
    assert.throws(() => tx.containers.resolve("nope"), code("NO_SUCH_CONTAINER"));
    assert.throws(() => tx.containers.resolve("ab"), code("CONTAINER_AMBIGUOUS"));
    assert.throws(() => tx.containers.resolve("a%"), code("NO_SUCH_CONTAINER"));
    assert.throws(() => tx.containers.resolve("pod"), code("CONTAINER_IS_POD"));
  }));

test("a pod reference follows the same order", () =>
  inStore((tx) => {
    tx.pods.insert(aPod({ id: podId("a1"), name: "one", createdAt: 3 }));
    tx.pods.insert(aPod({ id: podId("a2"), name: "two", createdAt: 7 }));
    tx.containers.insert(aContainer({ name: "a2" }));
    tx.containers.insert(aContainer({ id: containerId(2), name: "ctr" }));
    assert.equal(tx.pods.resolve("two"), podId("a2"));
    assert.equal(tx.pods.resolve("a2"), podId("a2"), "a prefix wins over a container's name");
    assert.throws(() => tx.pods.resolve("ctr"), code("POD_IS_CONTAINER"));
    assert.throws(() => tx.pods.resolve("a"), code("POD_AMBIGUOUS"));
    assert.throws(() => tx.pods.resolve("x"), code("NO_SUCH_POD"));
    assert.throws(() => tx.pods.resolve(""), code("EMPTY_ID"));
    assert.equal(tx.pods.latest()?.name, "two");
    assert.deepEqual(tx.pods.idsWithPrefix("a"), [podId("a1"), podId("a2")]);
  }));

test("members point to their pod, which cannot go before them", () =>
  inStore((tx) => {
    const member = aContainer({ pod: podId("f") });
    assert.throws(() => tx.containers.insert(member), code("NO_SUCH_POD"));
    tx.pods.insert(aPod());
    tx.containers.insert({ ...member, name: "m" });
    assert.deepEqual(
      tx.containers.inPod(podId("f")).map((c) => c.name),
      ["m"],
    );
    assert.throws(() => tx.pods.remove(podId("f")), code("INTERNAL"));
    tx.containers.remove(member.id);
    tx.pods.remove(podId("f"));
    assert.deepEqual(tx.pods.list(), []);
  }));

test("dependants are found through edges and joined namespaces", () =>
  inStore((tx) => {
    const base = aContainer({ id: containerId(1), name: "base" });
    const edge = aContainer({ id: containerId(2), name: "edge", dependsOn: [{ id: base.id, condition: "healthy" }] });
    const joined = aContainer({
      id: containerId(3),
      name: "joined",
      namespaces: {
        ...base.namespaces,
        net: { mode: "container", id: base.id },
        pid: { mode: "container", id: base.id },
      },
    });
    assert.throws(() => tx.containers.insert(edge), code("NO_SUCH_CONTAINER"));
    for (const config of [base, edge, joined]) tx.containers.insert(config);
    assert.deepEqual(tx.containers.dependants(base.id), [edge.id, joined.id]);
    tx.containers.replace({ ...edge, dependsOn: [] });
    tx.containers.remove(joined.id);
    assert.deepEqual(tx.containers.dependants(base.id), []);
  }));

test("last runs go with the container, exit codes stay for five minutes", async () => {
  let now = 1_000_000;
  await inStore(
    (tx) => {
      const [first, second] = [containerId(1), containerId(2)];
      tx.containers.insert(aContainer({ id: first }));
      tx.containers.insert(aContainer({ id: second, name: "second" }));
      assert.deepEqual(tx.containers.lastRun(first), {});
      tx.containers.setLastRun(first, { exitCode: 7, finishedAt: now });
      tx.containers.recordExit(first, 7, now);
      assert.deepEqual([...tx.containers.lastRuns()], [[first, { exitCode: 7, finishedAt: 1_000_000 }]]);
      now += 60 * 60_000;
      tx.containers.recordExit(second, 1, now);
      assert.equal(tx.containers.exitCode(first), 7, "an existing container's code has no age");
      tx.containers.remove(first);
      assert.deepEqual(tx.containers.lastRun(first), {});
      assert.throws(() => tx.containers.setLastRun(first, {}), code("CONTAINER_REMOVED"));
      now += 5 * 60_000;
      tx.containers.recordExit(second, 2, now);
      assert.equal(tx.containers.exitCode(first), 7);
      now += 1;
      tx.containers.recordExit(second, 3, now);
      assert.equal(tx.containers.exitCode(first), undefined);
      assert.equal(tx.containers.exitCode(second), 3);
      tx.containers.recordExit(containerId(5), 9, now);
      assert.equal(tx.containers.exitCode(containerId(5)), 9, "recorded after the removal");
    },
    () => now,
  );
});

test("volumes know their users", () =>
  inStore((tx) => {
    tx.volumes.insert(aVolume({ name: "b" }));
    tx.volumes.insert(aVolume({ name: "a" }));
    assert.throws(() => tx.volumes.insert(aVolume({ name: "a" })), code("VOLUME_EXISTS"));
    const mount = { type: "volume", name: "a", anonymous: false, options: [] } as const;
    tx.containers.insert(
      aContainer({
        mounts: [
          { ...mount, destination: "/x" },
          { ...mount, destination: "/y" },
        ],
      }),
    );
    assert.deepEqual(tx.volumes.users("a"), [containerId(1)]);
    assert.deepEqual(tx.volumes.users("b"), []);
    tx.volumes.replace(aVolume({ name: "a", needsCopyUp: false }));
    assert.equal(tx.volumes.get("a")?.needsCopyUp, false);
    assert.throws(() => tx.volumes.replace(aVolume({ name: "c" })), code("NO_SUCH_VOLUME"));
    tx.volumes.remove("a");
    assert.deepEqual(
      tx.volumes.list().map((volume) => volume.name),
      ["b"],
    );
  }));

test("networks go by name, id or unique prefix, and take their leases along", () =>
  inStore((tx) => {
    tx.networks.insert(aNetwork({ name: "one", id: hexId("d1") }));
    tx.networks.insert(aNetwork({ name: "two", id: hexId("d2") }));
    tx.networks.insert(aNetwork({ name: "d1", id: hexId("e") }));
    assert.throws(() => tx.networks.insert(aNetwork({ name: "one", id: hexId("9") })), code("NETWORK_EXISTS"));
    assert.equal(tx.networks.get("one")?.id, hexId("d1"));
    assert.equal(tx.networks.get("d1")?.id, hexId("e"), "a name wins over a prefix");
    assert.equal(tx.networks.get("d2")?.name, "two");
    assert.throws(() => tx.networks.get("d"), code("INVALID_ARGUMENT"));
    assert.equal(tx.networks.get("x"), undefined);
    assert.equal(tx.networks.get(""), undefined);
    tx.leases.take("one", "10.0.0.2", "c");
    tx.leases.setLast("one", "10.0.0.2");
    tx.networks.remove("one");
    assert.deepEqual(tx.leases.ofContainer("c"), []);
    assert.equal(tx.leases.last("one"), undefined);
    assert.deepEqual(
      tx.networks.list().map((network) => network.name),
      ["d1", "two"],
    );
  }));

test("an address belongs to one container", () =>
  inStore((tx) => {
    tx.containers.insert(aContainer());
    const id = containerId(1);
    tx.leases.take("n", "10.0.0.2", id);
    tx.leases.take("n", "10.0.0.2", id);
    tx.leases.take("m", "10.0.0.2", id);
    tx.leases.take("n", "10.0.0.3", "other");
    assert.throws(() => tx.leases.take("n", "10.0.0.3", id), code("ADDRESS_TAKEN"));
    assert.deepEqual(tx.leases.of("n"), [
      { ip: "10.0.0.2", container: id },
      { ip: "10.0.0.3", container: "other" },
    ]);
    tx.leases.release(id, "n");
    assert.deepEqual(tx.leases.ofContainer(id), [{ network: "m", ip: "10.0.0.2" }]);
    tx.containers.remove(id);
    assert.deepEqual(tx.leases.ofContainer(id), []);
    tx.leases.release("other");
    assert.deepEqual(tx.leases.of("n"), []);
  }));

test("an image's name moves to the image that takes it", () =>
  inStore((tx) => {
    const first = anImage({ id: hexId("a1"), names: ["x:1", "y:1"] });
    const second = anImage({ id: hexId("a2"), names: ["y:1", "z:1"] });
    tx.images.insert(first);
    tx.images.insert(second);
    assert.throws(() => tx.images.insert(second), code("INTERNAL"));
    assert.deepEqual(tx.images.list(), [{ ...first, names: ["x:1"] }, second]);
    assert.equal(tx.images.byName("y:1")?.id, second.id);
    tx.images.setNames(first.id, ["z:1", "b:1", "z:1"]);
    assert.deepEqual(tx.images.get(first.id)?.names, ["z:1", "b:1"]);
    assert.deepEqual(tx.images.get(second.id)?.names, ["y:1"]);
    tx.images.replace({ ...second, names: [], size: 5 });
    assert.deepEqual(tx.images.get(second.id), { ...second, names: [], size: 5 });
    assert.deepEqual(tx.images.idsWithPrefix("a"), [first.id, second.id]);
    tx.images.remove(first.id);
    assert.equal(tx.images.byName("z:1"), undefined);
    assert.throws(() => tx.images.setNames(first.id, []), code("NO_SUCH_IMAGE"));
    assert.throws(() => tx.images.replace(first), code("NO_SUCH_IMAGE"));
  }));

test("event times grow although the clock stands still or goes back", async () => {
  let now = 1_700_000_000_000;
  await inStore(
    (tx) => {
      assert.equal(tx.events.lastSeq(), 0);
      const subject = (name: string): EventSubject => ({ type: "volume", action: "create", name });
      tx.events.add(subject("a"));
      tx.events.add(subject("b"));
      now -= 1000;
      tx.events.add(subject("c"));
      now += 5000;
      tx.events.add(subject("d"));
      const start = 1_700_000_000_000_000_000n;
      const all = tx.events.after(0);
      assert.deepEqual(
        all.map((event) => event.timeNs - start),
        [0n, 1n, 2n, 4_000_000_000n],
      );
      assert.deepEqual(all[1], { seq: 2, timeNs: start + 1n, ...subject("b") });
      assert.deepEqual(
        tx.events.after(2).map((event) => event.seq),
        [3, 4],
      );
      assert.deepEqual(
        tx.events.after(0, 1).map((event) => event.seq),
        [1],
      );
      assert.deepEqual(
        tx.events.sinceNs(start + 2n).map((event) => event.seq),
        [3, 4],
      );
      tx.events.prune(2);
      assert.deepEqual(
        tx.events.after(0).map((event) => event.seq),
        [3, 4],
      );
      tx.events.prune(0);
      tx.events.add(subject("e"));
      assert.deepEqual(
        tx.events.after(0).map((event) => event.seq),
        [4, 5],
      );
      assert.equal(tx.events.lastSeq(), 5);
    },
    () => now,
  );
});
