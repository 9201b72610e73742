import type { HealthAction, HealthCheck } from "../../model/container.ts";

/** How often a check runs, how patient it is, and what follows from a failure. Absent fields take the values given here. */
export interface HealthTimes {
  /** Seconds from the end of one probe to the next; 0 probes only by hand. Default 10. */
  readonly intervalSeconds?: number;
  /** Seconds between the probes of the start period, until the first success. Default 0.5. */
  readonly startIntervalSeconds?: number;
  /** Seconds after which a probe has failed; at least 1. Default 5. */
  readonly timeoutSeconds?: number;
  /** Seconds after the start in which failures do not count. Default 60. */
  readonly startPeriodSeconds?: number;
  /** Failures in a row that make it unhealthy. Default 3. */
  readonly retries?: number;
  /** What is done about an unhealthy container. Default `none`. */
  readonly onFailure?: HealthAction;
}

/** Healthy as soon as something accepts connections on the port, from inside the container's network namespace. */
export interface TcpHealth extends HealthTimes {
  readonly tcp: number;
  readonly http?: never;
  readonly command?: never;
}

/** Healthy as long as a GET is answered with a status from 200 to 399, from inside the container's network namespace. */
export interface HttpHealth extends HealthTimes {
  /** Port. */
  readonly http: number;
  /** Default `/`. */
  readonly path?: string;
  readonly tcp?: never;
  readonly command?: never;
}

/** Healthy as long as a command in the container exits with 0: an argv, or a line for the container's `/bin/sh`. */
export interface CommandHealth extends HealthTimes {
  readonly command: string | readonly string[];
  readonly tcp?: never;
  readonly http?: never;
}

/**
 * A health or readiness check: a short form such as `{ tcp: 6379 }` or `{ http: 80, path: "/up", retries: 5 }`, or the whole
 * check with every field.
 */
export type HealthOption = TcpHealth | HttpHealth | CommandHealth | HealthCheck;
