import { fail } from "../base/errors.ts";
import type { NetworkDefinition } from "../model/network.ts";
import { parseTime } from "../model/notation/times.ts";

/** Keys to values, as podman-network-ls(1) has them. Several values of one key are alternatives, labels all must match. */
export type NetworkFilters = Readonly<Record<string, readonly string[]>>;

export interface FilterContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** True if a container is configured to join the network. */
  readonly isUsed: (network: NetworkDefinition) => boolean;
  readonly isDefault: (network: NetworkDefinition) => boolean;
}

type Test = (network: NetworkDefinition) => boolean;

/**
 * Turns filters into one test.
 *
 * @param filters as given by the user
 * @param context what the tests look at
 * @param allowed keys that the command knows
 * @throws INVALID_ARGUMENT for an unknown key or a malformed value
 */
export function compileFilters(
  filters: NetworkFilters,
  context: FilterContext,
  allowed: readonly string[] = ["name", "id", "driver", "label", "label!", "until", "dangling"],
): Test {
  const tests = Object.entries(filters).map(([key, values]) => {
    if (!allowed.includes(key)) throw fail("INVALID_ARGUMENT", { message: `invalid filter "${key}"` });
    return testOf(key, values, context);
  });
  return (network) => tests.every((test) => test(network));
}

function testOf(key: string, values: readonly string[], context: FilterContext): Test {
  switch (key) {
    case "name":
      return anyOf(values, (value) => matching(value, (network) => network.name));
    case "id":
      return anyOf(values, (value) => matching(value, (network) => network.id));
    case "driver":
      return (network) => values.includes(network.driver);
    case "label":
      return (network) => values.every((value) => hasLabel(network, value));
    case "label!":
      return (network) => !values.every((value) => hasLabel(network, value));
    case "until":
      return anyOf(values, (value) => createdBefore(value, context.now));
    default:
      return anyOf(values, (value) => dangling(value, context));
  }
}

function anyOf(values: readonly string[], make: (value: string) => Test): Test {
  const tests = values.map(make);
  return (network) => tests.some((test) => test(network));
}

/** Values are regular expressions; what is not one is looked for as text. */
function matching(value: string, field: (network: NetworkDefinition) => string): Test {
  try {
    const pattern = new RegExp(value);
    return (network) => pattern.test(field(network));
  } catch {
    return (network) => field(network).includes(value);
  }
}

function hasLabel(network: NetworkDefinition, value: string): boolean {
  const [key = "", ...rest] = value.split("=");
  return Object.hasOwn(network.labels, key) && (rest.length === 0 || network.labels[key] === rest.join("="));
}

function createdBefore(value: string, now: number): Test {
  const limit = parseTime(value, { now });
  return (network) => network.createdAt < limit;
}

function dangling(value: string, context: FilterContext): Test {
  if (value !== "true" && value !== "false")
    throw fail("INVALID_ARGUMENT", { message: `invalid dangling filter value "${value}"` });
  return (network) => !context.isDefault(network) && !context.isUsed(network) === (value === "true");
}
