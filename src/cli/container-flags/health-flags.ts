import { fail } from "../../base/errors.ts";
import type { HealthCheck } from "../../model/container.ts";
import { parseHealth } from "../../model/notation/health.ts";
import { bool, type FlagValues, text, uint } from "../flag-kinds.ts";

export const HEALTH_FLAGS = {
  "health-cmd": text("Command that tells whether it is healthy, none for no check; also tcp:PORT, http:PORT/PATH", {
    aliases: ["healthcheck-command"],
  }),
  "health-http": text(
    "Healthy when this port answers a GET with 2xx or 3xx (PORT[/PATH]), asked without tools in the image",
  ),
  "health-interval": text("Time between checks, disable for none", {
    default: "30s",
    aliases: ["healthcheck-interval"],
  }),
  "health-on-failure": text("What to do when it is unhealthy (none, kill, restart, stop)", { default: "none" }),
  "health-retries": uint("Failed checks in a row that make it unhealthy", {
    default: 3,
    aliases: ["healthcheck-retries"],
  }),
  "health-start-interval": text("Time between checks until it has started, within the start period"),
  "health-start-period": text("Time to start in which failures do not count", {
    default: "0s",
    aliases: ["healthcheck-start-period"],
  }),
  "health-tcp": text("Healthy when something accepts connections on this port, asked without tools in the image"),
  "health-timeout": text("Time that a check may take", { default: "30s", aliases: ["healthcheck-timeout"] }),
  "no-healthcheck": bool("Do not check its health, whatever the image says"),
  "ready-cmd": text("Command that tells whether it is ready, for those that wait until it is"),
  "ready-http": text("Ready when this port answers a GET with 2xx or 3xx (PORT[/PATH])"),
  "ready-interval": text("Time between checks for readiness", { default: "1s" }),
  "ready-tcp": text("Ready when something accepts connections on this port"),
  "ready-timeout": text("Time that a check for readiness may take", { default: "5s" }),
};

type Values = FlagValues<typeof HEALTH_FLAGS>;

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** The one way of probing that was given, in the notation of `--health-cmd`. Throws INVALID_ARGUMENT for two. */
function probeText(prefix: "health" | "ready", flags: Values): string | undefined {
  const ways = { cmd: flags[`${prefix}-cmd`], tcp: flags[`${prefix}-tcp`], http: flags[`${prefix}-http`] };
  const given = Object.entries(ways).filter(([, value]) => value !== undefined && value !== "");
  const [first, second] = given;
  if (first === undefined) return undefined;
  if (second !== undefined) throw refuse(`cannot specify both --${prefix}-${first[0]} and --${prefix}-${second[0]}`);
  const [way, value = ""] = first;
  if (way === "cmd") return value;
  const isRight = way === "tcp" ? /^\d{1,5}$/ : /^\d{1,5}(\/\S*)?$/;
  if (!isRight.test(value))
    throw refuse(
      `invalid value ${JSON.stringify(value)} for --${prefix}-${way}: must be ${way === "tcp" ? "PORT" : "PORT[/PATH]"}`,
    );
  return `${way}:${value}`;
}

/** The health check that the flags ask for; undefined leaves it to the image. Throws INVALID_ARGUMENT. */
export function healthOf(flags: Values): HealthCheck | "none" | undefined {
  const command = probeText("health", flags);
  if (flags["no-healthcheck"]) {
    if (command) throw refuse("cannot specify both --no-healthcheck and --health-cmd");
    return "none";
  }
  if (!command) return undefined;
  return parseHealth({
    command,
    interval: flags["health-interval"],
    timeout: flags["health-timeout"],
    startPeriod: flags["health-start-period"],
    ...(flags["health-start-interval"] ? { startInterval: flags["health-start-interval"] } : {}),
    retries: flags["health-retries"],
    onFailure: flags["health-on-failure"],
  });
}

/** The readiness check that the flags ask for. Throws INVALID_ARGUMENT. */
export function readinessOf(flags: Values): HealthCheck | undefined {
  const command = probeText("ready", flags);
  if (command === undefined) return undefined;
  const check = parseHealth({
    command,
    interval: flags["ready-interval"],
    timeout: flags["ready-timeout"],
    retries: 1,
  });
  return check === "none" ? undefined : check;
}
