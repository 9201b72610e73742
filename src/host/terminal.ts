import { fstatSync } from "node:fs";
import { EventQueue } from "./event-queue.ts";
import { check, type Libc } from "./libc.ts";
import type { Terminal } from "./ports.ts";

const TIOCGWINSZ = 0x5413;
const TCSADRAIN = 1;

/** More than `struct termios` takes in any C library. */
const TERMIOS_BYTES = 128;

const DESCRIPTORS = { stdin: 0, stdout: 1, stderr: 2 } as const;

/** Offsets of the flag words in `struct termios`, and of VTIME and VMIN in `c_cc`, which starts at 17. */
const VTIME = 17 + 5;
const VMIN = 17 + 6;

/** Bits that cfmakeraw(3) clears and sets. */
const RAW = [
  { offset: 0, clear: 0o1 | 0o2 | 0o10 | 0o40 | 0o100 | 0o200 | 0o400 | 0o2000, set: 0 },
  { offset: 4, clear: 0o1, set: 0 },
  { offset: 8, clear: 0o60 | 0o400, set: 0o60 },
  { offset: 12, clear: 0o10 | 0o100 | 0o2 | 0o1 | 0o100000, set: 0 },
] as const;

function toRaw(termios: Uint8Array): Uint8Array {
  const raw = termios.slice();
  const view = new DataView(raw.buffer);
  for (const { offset, clear, set } of RAW)
    view.setUint32(offset, ((view.getUint32(offset, true) & ~clear) | set) >>> 0, true);
  raw[VTIME] = 0;
  raw[VMIN] = 1;
  return raw;
}

/** Majors of character devices: memory devices such as /dev/null, and pseudo terminals. */
const MEMORY_MAJOR = 1;
const PTS_MAJORS = [136, 143] as const;

/** Tells the usual cases apart by the inode alone; undefined if only the driver knows. */
function quickAnswer(fd: number): boolean | undefined {
  try {
    const stat = fstatSync(fd);
    if (!stat.isCharacterDevice()) return false;
    const major = (stat.rdev >>> 8) & 0xfff;
    if (major === MEMORY_MAJOR) return false;
    return major >= PTS_MAJORS[0] && major <= PTS_MAJORS[1] ? true : undefined;
  } catch {
    return false;
  }
}

/** The terminal that this process was started on. */
export function openTerminal(libc: Libc): Terminal {
  const isTty = (fd: number) => quickAnswer(fd) ?? libc.tcgetattr(fd, new Uint8Array(TERMIOS_BYTES)) === 0;
  const size: Terminal["size"] = () => {
    const window = new DataView(new ArrayBuffer(8));
    for (const fd of [DESCRIPTORS.stdout, DESCRIPTORS.stdin, DESCRIPTORS.stderr]) {
      if (libc.ioctl(fd, TIOCGWINSZ, new Uint8Array(window.buffer)) < 0) continue;
      return { rows: window.getUint16(0, true), columns: window.getUint16(2, true) };
    }
    return undefined;
  };
  const rawMode = (): Disposable => {
    const before = new Uint8Array(TERMIOS_BYTES);
    check(libc.tcgetattr(0, before), "tcgetattr", "stdin");
    check(libc.tcsetattr(0, TCSADRAIN, toRaw(before)), "tcsetattr", "stdin");
    const restore = () => {
      process.off("exit", restore);
      libc.tcsetattr(0, TCSADRAIN, before);
    };
    process.on("exit", restore);
    return { [Symbol.dispose]: restore };
  };
  return {
    isTerminal: (stream) => isTty(DESCRIPTORS[stream]),
    size,
    rawMode,
    resizes: ({ signal }) => {
      const onResize = () => {
        const now = size();
        if (now) queue.push(now);
      };
      const stop = () => {
        process.off("SIGWINCH", onResize);
        signal.removeEventListener("abort", stop);
        queue.end();
      };
      const queue = new EventQueue<{ readonly rows: number; readonly columns: number }>({ onReturn: () => stop() });
      process.on("SIGWINCH", onResize);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop);
      return queue;
    },
  };
}
