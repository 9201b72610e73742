import type { Differences } from "./scenario.ts";

/** Differences that can turn up in any scenario. Each must be met at least once in the whole suite. */
export const COMMON_DIFFERENCES: Differences = {};
