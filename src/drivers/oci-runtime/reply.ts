import { type EngineError, fail } from "../../base/errors.ts";

/** True if a runtime's error text says that it does not know the container (spec/components.md 3.3). */
export function saysGone(text: string): boolean {
  return /does not exist|No such file or directory|container not found/i.test(text);
}

/** True if a runtime's error text says that the container does not run. */
export function saysNotRunning(text: string): boolean {
  return /not running|No such process|is not in|already stopped|process already finished/i.test(text);
}

/**
 * The message of a runtime's JSON log (`--log-format json`) or of its stderr: the last line that holds a `msg`, else the
 * text itself without logrus noise.
 */
export function messageFromLog(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  for (const line of lines.toReversed()) {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === "object" && value !== null && "msg" in value && typeof value.msg === "string")
        return value.msg.trim();
    } catch {
      // Not a JSON line: runtimes mix plain text into the same file.
    }
  }
  return lines.at(-1)?.trim() ?? "";
}

/**
 * The typed error for a runtime's message. Classes and order as podman's: permission first, then "not found", which become
 * exit codes 126 and 127 (spec/pods.md 6.1).
 *
 * @param runtime name for the text, e.g. `crun`
 */
export function runtimeError(runtime: string, message: string): EngineError {
  const text = `${runtime}: ${message.trim()}`;
  if (/permission denied|operation not permitted/i.test(message))
    return fail("OCI_PERMISSION_DENIED", { message: text });
  if (/executable file not found in|no such file or directory/i.test(message))
    return fail("OCI_NOT_FOUND", { message: text });
  return fail("OCI_RUNTIME", { message: text });
}
