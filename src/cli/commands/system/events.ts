import type { EventOptions } from "../../../engine/api/system.ts";
import type { EngineEvent } from "../../../model/events.ts";
import { noArguments } from "../../argument-rules.ts";
import { defineCommand, type Input, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, strings, text } from "../../flag-kinds.ts";
import { eventFields, eventRecord, eventText } from "../../render/events.ts";
import { isJsonFormat } from "../../render/format.ts";
import { formatJson } from "../../render/json.ts";
import { compileTemplate } from "../../render/template.ts";
import { parseEventTime } from "./event-time.ts";

const FLAGS = {
  filter: strings("Only events that match, as key=value", { short: "f" }),
  format: text("Go template for each event, or json"),
  "no-trunc": bool("Show whole IDs", { default: true }),
  since: text("Only events after this time"),
  stream: bool("Go on with what happens next", { default: true }),
  until: text("Only events before this time"),
};

/** Without `--since` and `--until` only what happens from now on is shown, or, without `--stream`, everything. */
function optionsOf(io: Io, { flags }: Input<typeof FLAGS>): EventOptions {
  const since = parseEventTime("since", flags.since, io.now());
  const until = parseEventTime("until", flags.until, io.now());
  const onlyNew = flags.stream && since === undefined && until === undefined;
  const start = onlyNew ? io.now() : since;
  return {
    follow: flags.stream && (until === undefined || until > io.now()),
    filters: parseFilters(flags.filter),
    signal: io.signal,
    ...(start === undefined ? {} : { since: start }),
    ...(until === undefined ? {} : { until }),
  };
}

/** Made before the first event, so that a bad template is refused at once. */
function rendererOf({ flags }: Input<typeof FLAGS>): (event: EngineEvent) => string {
  const { format } = flags;
  if (format === undefined || format === "")
    return (event) => `${eventText(event, { truncate: !flags["no-trunc"] })}\n`;
  if (isJsonFormat(format)) return (event) => `${formatJson(eventRecord(event))}\n`;
  const template = compileTemplate(format, { name: "events", typeName: "*events.Event" });
  return (event) => template(eventFields(event));
}

/** `events` (spec/pods.md 7.5). */
export const events = defineCommand({
  usage: "[options]",
  description: "Shows what happens to containers, pods, images, volumes and networks as it happens.",
  examples: ["events", "events --since 1h --stream=false", "events --filter event=died --format json"],
  flags: FLAGS,
  args: noArguments,
  run: async (io, input) => {
    const render = rendererOf(input);
    for await (const event of io.engine.events(optionsOf(io, input))) await io.out(render(event));
    return EXIT.ok;
  },
});
