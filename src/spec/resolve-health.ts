import type { HealthOption, HealthTimes } from "../engine/api/health-option.ts";
import type { HealthCheck, Probe } from "../model/container.ts";
import type { ImageRunConfig } from "../model/image.ts";
import { invalid } from "./invalid.ts";

const NANOSECONDS = 1_000_000_000;

const DEFAULTS = { intervalSeconds: 30, timeoutSeconds: 30, startPeriodSeconds: 0, retries: 3 } as const;

function probeOf(test: readonly string[]): Probe | undefined {
  const [kind, ...argv] = test;
  if (kind === "CMD" && argv.length > 0) return { kind: "exec", argv };
  if (kind === "CMD-SHELL" && argv[0] !== undefined) return { kind: "shell", command: argv[0] };
  return undefined;
}

function seconds(nanoseconds: number | undefined, fallback: number): number {
  return nanoseconds === undefined || nanoseconds <= 0 ? fallback : nanoseconds / NANOSECONDS;
}

/**
 * Health check of an image, from docker's format with times in nanoseconds; undefined for none, `NONE` and what can't be
 * run.
 */
export function imageHealthCheck(image: ImageRunConfig | undefined): HealthCheck | undefined {
  const check = image?.Healthcheck;
  const probe = probeOf(check?.Test ?? []);
  if (check === undefined || probe === undefined) return undefined;
  return {
    probe,
    intervalSeconds: seconds(check.Interval, DEFAULTS.intervalSeconds),
    timeoutSeconds: seconds(check.Timeout, DEFAULTS.timeoutSeconds),
    startPeriodSeconds: seconds(check.StartPeriod, DEFAULTS.startPeriodSeconds),
    retries: check.Retries === undefined || check.Retries < 1 ? DEFAULTS.retries : check.Retries,
    onFailure: "none",
  };
}

/** Defaults of the short forms: such a check is for others to wait for, so it looks often while the container starts. */
const SHORT_DEFAULTS = {
  intervalSeconds: 10,
  startIntervalSeconds: 0.5,
  timeoutSeconds: 5,
  startPeriodSeconds: 60,
  retries: 3,
  onFailure: "none",
} as const satisfies Required<HealthTimes>;

function shortProbe(option: Exclude<HealthOption, HealthCheck>): Probe {
  const given = [option.tcp, option.http, option.command].filter((value) => value !== undefined);
  if (given.length !== 1) throw invalid("a health check is exactly one of tcp, http, command and probe");
  if (option.tcp !== undefined) return { kind: "tcp", port: option.tcp };
  if (option.http !== undefined) return { kind: "http", port: option.http, path: option.path ?? "/" };
  if (typeof option.command === "string") return { kind: "shell", command: option.command };
  return { kind: "exec", argv: option.command };
}

/** The whole check that a short form means. */
function wholeCheck(option: HealthOption): HealthCheck {
  if ("probe" in option) return option;
  const probe = shortProbe(option);
  const { tcp: _tcp, http: _http, command: _command, path: _path, ...times } = { path: "", ...option };
  return { probe, ...SHORT_DEFAULTS, ...times };
}

/**
 * Checks a health or readiness check and writes its short forms out.
 *
 * @throws INVALID_ARGUMENT with podman's words
 */
export function checkHealth(option: HealthOption): HealthCheck {
  const check = wholeCheck(option);
  const { probe } = check;
  if (check.retries < 1) throw invalid("healthcheck-retries must be greater than 0");
  if (check.timeoutSeconds < 1) throw invalid("healthcheck-timeout must be at least 1 second");
  if (check.startPeriodSeconds < 0) throw invalid("healthcheck-start-period must be 0 seconds or greater");
  if (check.intervalSeconds < 0) throw invalid("healthcheck-interval must not be negative");
  if (check.startIntervalSeconds !== undefined && !(check.startIntervalSeconds >= 0.1))
    throw invalid("healthcheck-start-interval must be at least 0.1 seconds");
  if (probe.kind === "exec" && probe.argv.length === 0) throw invalid("healthcheck command must not be empty");
  if (probe.kind === "shell" && probe.command === "") throw invalid("healthcheck command must not be empty");
  if ((probe.kind === "tcp" || probe.kind === "http") && !(probe.port >= 1 && probe.port <= 65_535))
    throw invalid(`healthcheck port must be between 1 and 65535, got ${probe.port}`);
  if (probe.kind === "http" && !/^\/[!-~]*$/.test(probe.path))
    throw invalid(`healthcheck path must begin with / and be without blanks, got ${JSON.stringify(probe.path)}`);
  return check;
}

/**
 * The check that a container gets: the user's, none, or the image's.
 *
 * @throws INVALID_ARGUMENT
 */
export function resolveHealth(
  option: HealthOption | "none" | undefined,
  image: ImageRunConfig | undefined,
): HealthCheck | undefined {
  if (option === "none") return undefined;
  return option === undefined ? imageHealthCheck(image) : checkHealth(option);
}
