import { fail } from "../../base/errors.ts";
import type { LogSettings } from "../container.ts";
import { splitPair } from "./key-values.ts";
import { parseSize } from "./sizes.ts";

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

function parseDriver(text: string): LogSettings["driver"] | undefined {
  switch (text) {
    case "":
      return undefined;
    case "k8s-file":
    case "json-file":
      return "k8s-file";
    case "none":
    case "passthrough":
      return text;
    case "journald":
      throw refuse("log driver journald is not supported: use k8s-file, none or passthrough");
    default:
      throw refuse("running container create option: invalid log driver: invalid argument");
  }
}

/**
 * `--log-driver` and all values of `--log-opt` (`path=`, `max-size=`, `tag=`; others are ignored as podman does). Throws
 * INVALID_ARGUMENT with podman's text.
 */
export function parseLogSettings(driver: string, options: readonly string[]): Partial<LogSettings> {
  const chosen = parseDriver(driver);
  const settings: { -readonly [K in keyof LogSettings]?: LogSettings[K] } = chosen ? { driver: chosen } : {};
  for (const option of options) {
    if (option === "") continue;
    const { key, value } = splitPair(option);
    if (value === undefined) throw refuse(`invalid log option ${JSON.stringify(option)}`);
    if (key === "path") settings.path = value;
    if (key === "tag") settings.tag = value;
    if (key === "max-size") settings.maxSize = parseSize(value);
  }
  return settings;
}
