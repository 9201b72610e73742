/** Writes to the store of root argv[2] and run root argv[3] without end, as process number argv[4]: for tests to stop. */
import { openHost } from "../../src/host/open.ts";
import { openStore } from "../../src/store/open.ts";
import { aContainer, containerId } from "../support/definitions.ts";

const [root = "", runRoot = "", number = "0"] = process.argv.slice(2);
const store = openStore(await openHost(), { root, runRoot });
for (let round = 0; ; round++) {
  const id = containerId(`${number}${String(round % 40).padStart(2, "0")}`);
  const name = `c${number}-${round % 40}`;
  await store.write((tx) => {
    if (tx.containers.get(id) !== undefined) tx.containers.remove(id);
    // Of all sizes, so that pages split and overflow.
    else tx.containers.insert(aContainer({ id, name, labels: { round: "x".repeat((round * 97) % 9_000) } }));
    tx.events.add({ type: "volume", action: "create", name: `${number}:${round}` });
  });
  if (round === 20) process.stdout.write("ready\n");
}
