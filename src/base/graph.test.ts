import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "./errors.ts";
import { createGraph, findCycle, walk } from "./graph.ts";

const chain = [
  { node: "infra", needs: [] },
  { node: "a", needs: ["infra"] },
  { node: "b", needs: ["a", "infra"] },
  { node: "c", needs: ["b"] },
  { node: "d", needs: ["infra", "infra"] },
];

test("a graph knows roots, dependencies and dependants", () => {
  const graph = createGraph(chain);
  assert.deepEqual(graph.roots, ["infra"]);
  assert.deepEqual(graph.dependenciesOf("b"), ["a", "infra"]);
  assert.deepEqual(graph.dependenciesOf("d"), ["infra"]);
  assert.deepEqual(graph.dependantsOf("infra"), ["a", "b", "d"]);
});

test("a cycle is refused and named", () => {
  assert.throws(
    () =>
      createGraph([
        { node: "a", needs: ["b"] },
        { node: "b", needs: ["c"] },
        { node: "c", needs: ["a"] },
      ]),
    (error) => hasCode(error, "DEPENDENCY_CYCLE") && error.message.includes("a -> b -> c -> a"),
  );
});

test("an edge out of the set is an error", () => {
  assert.throws(() => createGraph([{ node: "a", needs: ["x"] }]), /x not found in input list/);
});

test("a chain of ten thousand nodes has no cycle and no stack overflow", () => {
  const needs = new Map(Array.from({ length: 10_000 }, (_, i) => [`n${i}`, i === 0 ? [] : [`n${i - 1}`]] as const));
  assert.equal(findCycle(needs), undefined);
});

test("an outward walk visits dependencies first and poisons only what is behind a failure", async () => {
  const order: string[] = [];
  const visits = await walk(createGraph(chain), {
    direction: "outward",
    poisoned: (node, because) => new Error(`${node} after ${because}`),
    visit: async (node) => {
      order.push(node);
      if (node === "b") throw new Error("own");
    },
  });
  assert.deepEqual(order.toSorted(), ["a", "b", "d", "infra"]);
  assert.equal(order[0], "infra");
  assert.ok(order.indexOf("a") < order.indexOf("b"));
  const texts = [...visits].map(([node, visit]) => `${node}: ${visit.ok ? "ok" : String(visit.error)}`);
  assert.deepEqual(texts, ["infra: ok", "a: ok", "b: Error: own", "c: Error: c after b", "d: ok"]);
});

test("an inward walk visits dependants first", async () => {
  const order: string[] = [];
  await walk(createGraph(chain), {
    direction: "inward",
    poisoned: () => undefined,
    visit: async (node) => void order.push(node),
  });
  assert.equal(order.at(-1), "infra");
  assert.ok(order.indexOf("c") < order.indexOf("b") && order.indexOf("b") < order.indexOf("a"));
});

test("independent branches are visited at the same time", async () => {
  const both = Promise.withResolvers<void>();
  let waiting = 0;
  await walk(
    createGraph([
      { node: "a", needs: [] },
      { node: "b", needs: [] },
    ]),
    {
      direction: "outward",
      poisoned: () => undefined,
      visit: async () => {
        waiting += 1;
        if (waiting === 2) both.resolve();
        await both.promise;
      },
    },
  );
  assert.equal(waiting, 2);
});
