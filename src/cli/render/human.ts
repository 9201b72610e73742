const SECOND = 1000;

const DECIMAL = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

/**
 * A duration in the words of docker's go-units, e.g. `Less than a second`, `About a minute`, `3 weeks`.
 *
 * @param milliseconds negative counts as zero
 */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(Math.max(0, milliseconds) / SECOND);
  if (seconds < 1) return "Less than a second";
  if (seconds === 1) return "1 second";
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return "About a minute";
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.floor(milliseconds / 3_600_000 + 0.5);
  if (hours === 1) return "About an hour";
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(milliseconds / 3_600_000 / 24 / 365)} years`;
}

/**
 * Age in words with ` ago`.
 *
 * @param then milliseconds since the epoch
 * @param now milliseconds since the epoch
 */
export function humanAgo(then: number, now: number): string {
  return `${humanDuration(now - then)} ago`;
}

/** The mantissa with at most `precision` significant digits, and the unit. */
function scaled(
  bytes: number,
  units: readonly string[],
  options: { base: number; precision: number },
): [string, string] {
  let value = bytes;
  let unit = 0;
  while (Number(value.toPrecision(options.precision)) >= options.base && unit < units.length - 1) {
    value /= options.base;
    unit++;
  }
  return [String(Number(value.toPrecision(options.precision))), units[unit] ?? ""];
}

/** Decimal units with four digits, as in statistics: `716.8kB`. */
export function humanSize(bytes: number): string {
  return scaled(bytes, DECIMAL, { base: 1000, precision: 4 }).join("");
}

/** Binary units with four digits: `23.54GiB`. */
export function humanSizeBinary(bytes: number): string {
  return scaled(bytes, BINARY, { base: 1024, precision: 4 }).join("");
}

/** Decimal units with three digits and a space, as in listings of images: `1.24 MB`. */
export function humanImageSize(bytes: number): string {
  return scaled(bytes, DECIMAL, { base: 1000, precision: 3 }).join(" ");
}
