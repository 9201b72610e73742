import { fail, messageOf } from "../base/errors.ts";
import type { ImageRecord } from "../model/image.ts";
import { parseGoBool } from "../model/notation/go-values.ts";
import { parseTime } from "../model/notation/times.ts";
import type { Transaction } from "../store/repositories.ts";
import { findImage, type RegistriesSource, repoDigestsOf } from "./find.ts";
import { isDangling } from "./ingest.ts";
import { imageUsers } from "./users.ts";

export type Filters = Readonly<Record<string, readonly string[]>>;

export interface FilterContext {
  readonly tx: Transaction;
  readonly config: RegistriesSource;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type Predicate = (image: ImageRecord) => boolean;

/**
 * A predicate of podman-images(1) filters: all keys must hold; of several values of `reference` one, of others all.
 *
 * @throws INVALID_ARGUMENT for an unknown key or a bad value
 */
export function imageFilter(filters: Filters, context: FilterContext): Predicate {
  const predicates = Object.entries(filters).flatMap(([key, values]) => {
    if (key === "reference") return [anyOf(values.map(matchesReference))];
    return values.map((value) => predicateOf(key, value, context));
  });
  return (image) => predicates.every((holds) => holds(image));
}

function anyOf(predicates: readonly Predicate[]): Predicate {
  return (image) => predicates.some((holds) => holds(image));
}

function predicateOf(key: string, value: string, context: FilterContext): Predicate {
  switch (key) {
    case "dangling":
      return whether(key, value, isDangling);
    case "intermediate":
    case "readonly":
    case "manifest":
      // This store has neither intermediate nor read-only images, nor lists.
      return whether(key, value, () => false);
    case "containers":
      return usedBy(value, context);
    case "before": {
      const limit = referenced(key, value, context).createdAt;
      return (image) => image.createdAt < limit;
    }
    case "since":
    case "after": {
      const limit = referenced(key, value, context).createdAt;
      return (image) => image.createdAt > limit;
    }
    case "until": {
      const limit = timeOf(value, context);
      return (image) => image.createdAt < limit;
    }
    case "id":
      return (image) => image.id.startsWith(value.replace(/^sha256:/, ""));
    case "label":
      return hasLabel(value);
    case "label!": {
      const has = hasLabel(value);
      return (image) => !has(image);
    }
    default:
      throw fail("INVALID_ARGUMENT", { message: `unsupported image filter "${key}"` });
  }
}

function whether(key: string, value: string, holds: Predicate): Predicate {
  try {
    const wanted = parseGoBool(value);
    return (image) => holds(image) === wanted;
  } catch (error) {
    throw fail("INVALID_ARGUMENT", { message: `non-boolean value "${key}" for ${value} filter: ${messageOf(error)}` });
  }
}

function usedBy(value: string, context: FilterContext): Predicate {
  if (value === "external") return () => false;
  if (value !== "true" && value !== "false")
    throw fail("INVALID_ARGUMENT", { message: `unsupported value "${value}" for containers filter` });
  const containers = context.tx.containers.list();
  return (image) => imageUsers(containers, image.id).length > 0 === (value === "true");
}

function referenced(key: string, value: string, context: FilterContext): ImageRecord {
  try {
    return findImage(context.tx, value, context.config).image;
  } catch (error) {
    throw fail("INVALID_ARGUMENT", {
      message: `could not find local image for filter filter "${key}"="${value}": ${messageOf(error)}`,
    });
  }
}

function timeOf(value: string, context: FilterContext): number {
  try {
    return parseTime(value, { now: context.now });
  } catch {
    throw fail("INVALID_ARGUMENT", { message: `failed to parse value as time or duration: "${value}"` });
  }
}

function hasLabel(value: string): Predicate {
  const equals = value.indexOf("=");
  const key = equals < 0 ? value : value.slice(0, equals);
  return ({ config }) => {
    const labels = config.config.Labels ?? {};
    return Object.hasOwn(labels, key) && (equals < 0 || labels[key] === value.slice(equals + 1));
  };
}

/** A glob over every form of a name: whole, without registry, last component; each with and without tag. */
function matchesReference(pattern: string): Predicate {
  const glob = globOf(pattern);
  return (image) =>
    [...image.names, ...repoDigestsOf(image)].some((name) => formsOf(name).some((form) => glob.test(form)));
}

function formsOf(name: string): readonly string[] {
  const bare = name.includes("@") ? name.slice(0, name.indexOf("@")) : name.slice(0, name.lastIndexOf(":"));
  return [name, bare].flatMap((each) => [
    each,
    each.slice(each.indexOf("/") + 1),
    each.slice(each.slice(0, bare.length).lastIndexOf("/") + 1),
  ]);
}

/** `*` and `?` stop at a slash, `[...]` are classes: Go's path.Match. */
function globOf(pattern: string): RegExp {
  const source = pattern.replace(/\[[^\]]*\]|[\s\S]/g, (part) => {
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.length > 1) return part.replace(/\\/g, "\\\\");
    return part.replace(/[.+^${}()|[\]\\]/, "\\$&");
  });
  try {
    return new RegExp(`^${source}$`, "u");
  } catch {
    throw fail("INVALID_ARGUMENT", { message: `reference filter "${pattern}": syntax error in pattern` });
  }
}
