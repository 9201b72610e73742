/** Go's zero time, which podman prints for "never". */
const NEVER = "0001-01-01T00:00:00Z";

/** RFC 3339 time of milliseconds since the epoch, in UTC; Go's zero time for undefined. */
export function isoTime(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return NEVER;
  const micros = Math.round((milliseconds - Math.floor(milliseconds)) * 1000);
  const text = new Date(Math.floor(milliseconds)).toISOString();
  return micros === 0 ? text : text.replace(/Z$/, `${String(micros).padStart(3, "0")}Z`);
}
