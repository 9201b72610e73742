import { POD_SCENARIOS } from "./scenarios.ts";
import { tryFaults } from "./try-faults.ts";

tryFaults(POD_SCENARIOS, { error: 7, death: 3 });
