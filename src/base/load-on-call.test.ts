import assert from "node:assert/strict";
import { test } from "node:test";
import { loadOnCall } from "./load-on-call.ts";

interface Noun {
  add(a: number, b: number): Promise<number>;
  count(to: number): AsyncIterable<number>;
  peek(): Promise<string>;
}

const real: Noun = {
  add: async (a, b) => a + b,
  count: async function* (to) {
    for (let i = 1; i <= to; i += 1) yield i;
  },
  peek: async () => "real",
};

test("nothing is loaded until a method is called, and then once", async () => {
  let loads = 0;
  const noun = loadOnCall<Noun>(
    async () => {
      loads += 1;
      return real;
    },
    { ready: { peek: async () => "ready" }, iterables: ["count"] },
  );
  assert.equal(await noun.peek(), "ready");
  assert.equal(loads, 0);
  assert.deepEqual(await Promise.all([noun.add(1, 2), noun.add(3, 4)]), [3, 7]);
  const seen: number[] = [];
  for await (const n of noun.count(3)) seen.push(n);
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(loads, 1);
});

test("a stand-in is no promise, and its methods keep their identity", async () => {
  const noun = loadOnCall<Noun>(async () => real);
  assert.equal(await Promise.resolve(noun), noun);
  assert.equal(noun.add, noun.add);
});
