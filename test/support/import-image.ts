/** Imports argv[4] to the store of root argv[2] and run root argv[3]: a process for tests to kill. */
import { loadConfig } from "../../src/config/load.ts";
import { openHost } from "../../src/host/open.ts";
import { openImages } from "../../src/images/open.ts";
import { openStore } from "../../src/store/open.ts";

const [root = "", runRoot = "", path = ""] = process.argv.slice(2);
const host = await openHost();
const store = openStore(host, { root, runRoot });
await openImages({ host, store, config: loadConfig(host, { root, runRoot }) }).import(path, { reference: "crashed" });
