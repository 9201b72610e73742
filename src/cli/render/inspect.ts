import { fail, messageOf } from "../../base/errors.ts";
import { isJsonFormat } from "./format.ts";
import { GoTime } from "./go-time.ts";
import { formatJson, JSON_INDENT } from "./json.ts";
import { renderRows } from "./template.ts";

/** Fields that are maps in podman's types: their entries print as `map[…]`, and a missing entry is no error. */
const MAPS = new Set(
  `annotations attributes cgroupconf containers data driveropts exposedports graphoptions graphstatus ipamoptions labels
   networkoptions networks options portbindings ports registries storageopt sysctl sysctls tmpfs ulimitmap unified
   volumes`.split(/\s+/),
);

const TIME_KEY = /(^created|at|^time|^start|^end|pulled|pushed)$/i;

/**
 * Gives JSON-ready data the types that templates see: maps, times.
 *
 * @param key name of the field that holds the value
 */
export function goValue(value: unknown, key = ""): unknown {
  if (typeof value === "string") return TIME_KEY.test(key) ? (GoTime.parse(value) ?? value) : value;
  if (Array.isArray(value)) return value.map((item) => goValue(item));
  if (typeof value !== "object" || value === null || value instanceof Map || value instanceof GoTime) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, goValue(item, name)] as const);
  return MAPS.has(key.toLowerCase().replaceAll("_", "")) ? new Map(entries) : Object.fromEntries(entries);
}

/** A zero value for fields that JSON leaves out when empty. */
export type Zeros = Readonly<Record<string, unknown>>;

/**
 * What an inspect command prints for the objects found: JSON, or each through a Go template.
 *
 * @param format absent, empty and `json` are JSON
 * @param options.zeros values of fields that the objects may lack
 * @param options.raw as of `TemplateOptions`
 * @param options.single one object alone is not wrapped in an array (podman's `pod inspect` before 5.0)
 */
export function renderInspect(
  format: string | undefined,
  objects: readonly Readonly<Record<string, unknown>>[],
  options: { readonly zeros?: Zeros; readonly single?: boolean; readonly raw?: boolean } = {},
): string {
  if (format === undefined || format === "" || isJsonFormat(format)) {
    const value = options.single === true && objects.length === 1 ? objects[0] : objects;
    return `${formatJson(value, { indent: JSON_INDENT.inspect })}\n`;
  }
  const rows = objects.map((object) => ({ ...options.zeros, ...(goValue(object) as object) }));
  try {
    return renderRows(format.replace(/^table /, ""), rows, { name: "inspect", raw: options.raw === true });
  } catch (error) {
    const message = `inspecting object: printing inspect output: ${messageOf(error)}`;
    throw fail("INVALID_ARGUMENT", { message }, { cause: error });
  }
}
