import { fail } from "../../base/errors.ts";

/** Names by number as on Linux for every architecture that is not Alpha, MIPS, PA-RISC or SPARC (signal(7)). */
const NAMES = [
  ...[
    "HUP",
    "INT",
    "QUIT",
    "ILL",
    "TRAP",
    "ABRT",
    "BUS",
    "FPE",
    "KILL",
    "USR1",
    "SEGV",
    "USR2",
    "PIPE",
    "ALRM",
    "TERM",
  ],
  ...["STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO"],
  ...["PWR", "SYS"],
];
const SYNONYMS: Readonly<Record<string, number>> = { CLD: 17, IOT: 6, POLL: 29, RTMIN: 34, RTMAX: 64 };
const LAST = 64;

function byName(name: string): number | undefined {
  const realtime = /^(RTMIN\+(\d{1,2})|RTMAX-(\d{1,2}))$/.exec(name);
  if (realtime) {
    const offset = Number(realtime[2] ?? realtime[3]);
    if (realtime[2] !== undefined) return offset <= 15 ? 34 + offset : undefined;
    return offset <= 14 ? LAST - offset : undefined;
  }
  const at = NAMES.indexOf(name);
  return at >= 0 ? at + 1 : SYNONYMS[name];
}

/**
 * A signal's number from `15`, `TERM` or `SIGTERM` in any case, real-time signals as `RTMIN+1`. Throws INVALID_ARGUMENT
 * with podman's text.
 */
export function parseSignal(text: string | number): number {
  const word = String(text);
  if (/^\d+$/.test(word)) {
    const number = Number(word);
    if (number > LAST) throw fail("INVALID_ARGUMENT", { message: "valid signals are 1 through 64" });
    if (number > 0) return number;
  }
  const number = byName(word.toUpperCase().replace(/^SIG/, ""));
  if (number === undefined) throw fail("INVALID_ARGUMENT", { message: `invalid signal: ${word}` });
  return number;
}

/** `SIGTERM` for 15; `SIGRTMIN+n` and `SIGRTMAX-n` for real-time signals; the number itself for what has no name. */
export function signalName(signal: number): string {
  const name = NAMES[signal - 1];
  if (name !== undefined) return `SIG${name}`;
  if (signal === LAST) return "SIGRTMAX";
  if (signal === 34) return "SIGRTMIN";
  if (signal < 34 || signal > LAST) return String(signal);
  return signal < 50 ? `SIGRTMIN+${signal - 34}` : `SIGRTMAX-${LAST - signal}`;
}
