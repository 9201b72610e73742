import { CONTAINER_SCENARIOS } from "./scenarios.ts";
import { tryFaults } from "./try-faults.ts";

tryFaults(CONTAINER_SCENARIOS, { error: 1, death: 1 });
