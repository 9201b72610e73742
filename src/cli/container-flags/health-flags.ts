import { fail } from "../../base/errors.ts";
import type { HealthCheck } from "../../model/container.ts";
import { parseHealth } from "../../model/notation/health.ts";
import { bool, type FlagValues, text, uint } from "../flag-kinds.ts";

export const HEALTH_FLAGS = {
  "health-cmd": text("Command that tells whether it is healthy, none for no check; also tcp:PORT, http:PORT/PATH", {
    aliases: ["healthcheck-command"],
  }),
  "health-interval": text("Time between checks, disable for none", {
    default: "30s",
    aliases: ["healthcheck-interval"],
  }),
  "health-on-failure": text("What to do when it is unhealthy (none, kill, restart, stop)", { default: "none" }),
  "health-retries": uint("Failed checks in a row that make it unhealthy", {
    default: 3,
    aliases: ["healthcheck-retries"],
  }),
  "health-start-period": text("Time to start in which failures do not count", {
    default: "0s",
    aliases: ["healthcheck-start-period"],
  }),
  "health-timeout": text("Time that a check may take", { default: "30s", aliases: ["healthcheck-timeout"] }),
  "no-healthcheck": bool("Do not check its health, whatever the image says"),
};

/** The health check that the flags ask for; undefined leaves it to the image. Throws INVALID_ARGUMENT. */
export function healthOf(flags: FlagValues<typeof HEALTH_FLAGS>): HealthCheck | "none" | undefined {
  const command = flags["health-cmd"];
  if (flags["no-healthcheck"]) {
    if (command) throw fail("INVALID_ARGUMENT", { message: "cannot specify both --no-healthcheck and --health-cmd" });
    return "none";
  }
  if (!command) return undefined;
  return parseHealth({
    command,
    interval: flags["health-interval"],
    timeout: flags["health-timeout"],
    startPeriod: flags["health-start-period"],
    retries: flags["health-retries"],
    onFailure: flags["health-on-failure"],
  });
}
