import { defined } from "../../base/defined.ts";
import type {
  CommandHealth,
  HealthOption,
  HealthTimes,
  HttpHealth,
  TcpHealth,
} from "../../engine/api/health-option.ts";
import type { Probe } from "../../model/container.ts";
import { parseProbe } from "../../model/notation/health.ts";
import { MAX, PORT, SECONDS, TEXTS } from "./notations.ts";
import { described, either, mapped, numberIn, recordOf, type Shape, TEXT, textOf, wordOf } from "./shape.ts";

const PROBE_RIGHT = '"tcp:6379", "http:80/path" or a shell command';

/** A check by the library's short forms, whose defaults count. */
function shortForm(probe: Probe): TcpHealth | HttpHealth | CommandHealth {
  switch (probe.kind) {
    case "tcp":
      return { tcp: probe.port };
    case "http":
      return { http: probe.port, path: probe.path };
    case "shell":
      return { command: probe.command };
    case "exec":
      return { command: probe.argv };
  }
}

const httpProbe: Shape<HttpHealth> = either(
  mapped(PORT, (http) => ({ http })),
  textOf('a port and a path such as "80/health"', (text) => {
    const probe = parseProbe(`http:${text}`);
    if (probe === "none" || probe.kind !== "http") throw new Error("no port and path");
    return { http: probe.port, path: probe.path };
  }),
  mapped(
    recordOf({ port: PORT, path: TEXT }, { what: "an HTTP probe", required: ["port"] }),
    ({ port = 0, path = "/" }) => ({ http: port, path }),
  ),
);

const checkRecord = recordOf(
  {
    tcp: described(PORT, "Healthy if something listens on this port in the pod."),
    http: described(httpProbe, "Healthy if a GET request is answered with 200 to 399."),
    command: described(
      either(
        textOf("a shell command or a list", (line) => line),
        TEXTS,
      ),
      "Healthy if it exits with 0.",
    ),
    interval: SECONDS,
    startInterval: SECONDS,
    timeout: SECONDS,
    startPeriod: SECONDS,
    retries: numberIn(1, MAX, { whole: true }),
    onFailure: wordOf(["none", "kill", "restart", "stop"]),
  },
  { what: "a check" },
);

type CheckFields = NonNullable<ReturnType<typeof checkRecord.read>>;

function checkFrom({ tcp, http, command, ...more }: CheckFields): HealthOption {
  const times: HealthTimes = defined({
    intervalSeconds: more.interval,
    startIntervalSeconds: more.startInterval,
    timeoutSeconds: more.timeout,
    startPeriodSeconds: more.startPeriod,
    retries: more.retries,
    onFailure: more.onFailure,
  });
  if ([tcp, http, command].filter((probe) => probe !== undefined).length !== 1)
    throw new Error('exactly one of "tcp", "http" and "command" is needed');
  if (tcp !== undefined) return { tcp, ...times };
  return http === undefined ? { command: command ?? "", ...times } : { ...http, ...times };
}

/** A readiness check. */
export const READINESS: Shape<HealthOption> = either(
  textOf(PROBE_RIGHT, (text) => {
    const probe = parseProbe(text);
    if (probe === "none") throw new Error("there is no check to leave out");
    return shortForm(probe);
  }),
  mapped(checkRecord, checkFrom),
);

/** A health check; `none` leaves out the image's. */
export const HEALTH: Shape<HealthOption | "none"> = either(
  textOf(`"none", ${PROBE_RIGHT}`, (text) => {
    const probe = parseProbe(text);
    return probe === "none" ? probe : shortForm(probe);
  }),
  mapped(checkRecord, checkFrom),
);
