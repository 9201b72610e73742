import { CONTAINER_SCENARIOS } from "./scenarios.ts";
import { tryFaults } from "./try-faults.ts";

tryFaults(CONTAINER_SCENARIOS, { error: 3, death: 1 });
