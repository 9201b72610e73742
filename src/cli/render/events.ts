import type { EngineEvent } from "../../model/events.ts";
import { escapeControls } from "./escape.ts";
import { GoTime } from "./go-time.ts";
import { compareKeys } from "./json.ts";

const text = (event: EngineEvent, key: string): string => {
  const value = (event as unknown as Readonly<Record<string, unknown>>)[key];
  return typeof value === "string" ? value : "";
};

const labelsOf = (event: EngineEvent): Readonly<Record<string, string>> =>
  event.type === "container" || event.type === "pod" ? event.labels : {};

/** `sha256:…` and ids cut to 12 characters. */
const shortId = (id: string) => id.replace(/^sha256:/, "").slice(0, 12);

/**
 * One line as `podman events` prints it (spec/pods.md 7.5), without newline.
 *
 * @param options.truncate cut ids to 12 characters (`--no-trunc=false`)
 */
export function eventText(event: EngineEvent, options: { readonly truncate?: boolean } = {}): string {
  const id = (value: string) => (options.truncate === true ? shortId(value) : value);
  const head = `${new GoTime(event.timeNs)} ${event.type} ${event.action}`;
  const line = `${head} ${tailOf(event, id)}`.trimEnd();
  return escapeControls(line);
}

function tailOf(event: EngineEvent, id: (value: string) => string): string {
  switch (event.type) {
    case "container":
    case "pod": {
      const details = [`image=${text(event, "image")}`, `name=${event.name}`];
      if (event.type === "container") {
        if (event.podId !== undefined) details.push(`pod_id=${id(event.podId)}`);
        if (event.health !== undefined) details.push(`health_status=${event.health}`);
        const labels = Object.entries(event.labels).sort(([a], [b]) => compareKeys(a, b));
        details.push(...labels.map(([key, value]) => `${key}=${value}`));
      }
      return `${id(event.id)} (${details.join(", ")})`;
    }
    case "network":
      return event.container === undefined
        ? `${id(event.id)} (name=${event.name})`
        : `${id(event.container)} (container=${id(event.container)}, name=${event.name})`;
    case "image":
      return `${id(event.id)} ${event.name}`;
    default:
      return text(event, "name");
  }
}

/** podman's JSON object of one event (spec/pods.md 7.1), also what templates see; `seq` is ours. */
export function eventRecord(event: EngineEvent): Readonly<Record<string, unknown>> {
  const filled = (key: string, value: string) => (value === "" ? {} : { [key]: value });
  const labels = labelsOf(event);
  const exitCode = event.type === "container" ? event.exitCode : undefined;
  return {
    ...(exitCode === undefined ? {} : { ContainerExitCode: exitCode }),
    ...filled("ID", text(event, "id")),
    ...filled("Image", text(event, "image")),
    ...filled("Name", text(event, "name")),
    ...(event.type === "network" ? { network: event.name } : {}),
    Status: event.action,
    Time: new GoTime(event.timeNs),
    Type: event.type,
    ...filled("health_status", text(event, "health")),
    ...filled("PodID", text(event, "podId")),
    Attributes: event.type === "container" ? { ...labels, ...filled("execID", text(event, "execId")) } : null,
    seq: event.seq,
  };
}

/** What a template of `events --format` sees: every field, empty where the event has none. */
export function eventFields(event: EngineEvent): Readonly<Record<string, unknown>> {
  const record = eventRecord(event);
  return {
    ContainerExitCode: 0,
    ID: "",
    Image: "",
    Name: "",
    Network: "",
    HealthStatus: "",
    PodID: "",
    ...record,
    Attributes: new Map(Object.entries((record["Attributes"] as Record<string, string> | null) ?? {})),
    ToHumanReadable: (truncate: unknown) => eventText(event, { truncate: truncate === true }),
  };
}
