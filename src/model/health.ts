/** Statuses by podman's words; `starting` until a probe decides. */
export type HealthStatus = "starting" | "healthy" | "unhealthy";

/** What one probe found. Times are milliseconds since the epoch. */
export interface ProbeResult {
  readonly start: number;
  readonly end: number;
  /** 0 is success, -1 that the time was up, anything else a failure. */
  readonly exitCode: number;
  readonly output: string;
}

/** The state of a health or readiness check during one run of its container. */
export interface HealthRecord {
  /** Start of the run that it belongs to, milliseconds since the epoch. */
  readonly run: number;
  readonly status: HealthStatus;
  readonly failingStreak: number;
  /** The newest last, at most five. */
  readonly log: readonly ProbeResult[];
}

/** A container's two checks: health, which others may act on, and readiness, which only tells. */
export type CheckKind = "health" | "readiness";
