const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:([Zz])|([+-])(\d\d):(\d\d))$/;

const pad = (value: number, width: number) => String(value).padStart(width, "0");

/** An instant with nanoseconds that prints as Go's time.Time does: in templates, in JSON and in plain text. Always UTC. */
export class GoTime {
  /** Nanoseconds since the epoch. */
  readonly ns: bigint;

  constructor(ns: bigint) {
    this.ns = ns;
  }

  /** From milliseconds since the epoch; a fraction is kept to the microsecond. */
  static fromMs(milliseconds: number): GoTime {
    return new GoTime(BigInt(Math.round(milliseconds * 1000)) * 1000n);
  }

  /** From an RFC 3339 text; undefined if it is none. Go's zero time is year 1. */
  static parse(text: string): GoTime | undefined {
    const match = TIME.exec(text);
    if (!match) return undefined;
    const [, year, month, day, hour, minute, second, fraction = "", , sign, zoneHours, zoneMinutes] = match;
    const date = new Date(0);
    date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
    date.setUTCHours(Number(hour), Number(minute), Number(second), 0);
    const offset = (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0)) * (sign === "-" ? -1 : 1);
    const milliseconds = BigInt(date.getTime()) - BigInt(offset) * 60_000n;
    return new GoTime(milliseconds * 1_000_000n + BigInt(fraction.padEnd(9, "0")));
  }

  get ms(): number {
    return Number(this.#floorSeconds()) * 1000 + Number(this.#nanos()) / 1e6;
  }

  /** `2006-01-02T15:04:05.999999999Z`, trailing zeros of the fraction dropped. */
  rfc3339Nano(): string {
    const { date, time } = this.#parts();
    return `${date}T${time}${this.#fraction()}Z`;
  }

  /** `2006-01-02T15:04:05Z`. */
  rfc3339(): string {
    const { date, time } = this.#parts();
    return `${date}T${time}Z`;
  }

  /** Nine digits of fraction, as podman's logs print times. */
  rfc3339Fixed(): string {
    const { date, time } = this.#parts();
    return `${date}T${time}.${pad(Number(this.#nanos()), 9)}Z`;
  }

  /** Go's Time.String: `2006-01-02 15:04:05.999999999 +0000 UTC`. */
  toString(): string {
    const { date, time } = this.#parts();
    return `${date} ${time}${this.#fraction()} +0000 UTC`;
  }

  toJSON(): string {
    return this.rfc3339Nano();
  }

  #nanos(): bigint {
    return ((this.ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  }

  #floorSeconds(): bigint {
    return (this.ns - this.#nanos()) / 1_000_000_000n;
  }

  #fraction(): string {
    const digits = pad(Number(this.#nanos()), 9).replace(/0+$/, "");
    return digits === "" ? "" : `.${digits}`;
  }

  #parts(): { date: string; time: string } {
    const at = new Date(Number(this.#floorSeconds()) * 1000);
    return {
      date: `${pad(at.getUTCFullYear(), 4)}-${pad(at.getUTCMonth() + 1, 2)}-${pad(at.getUTCDate(), 2)}`,
      time: `${pad(at.getUTCHours(), 2)}:${pad(at.getUTCMinutes(), 2)}:${pad(at.getUTCSeconds(), 2)}`,
    };
  }
}
