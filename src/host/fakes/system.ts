import type { SystemInfo } from "../ports.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Facts that a test may change. */
export type FakeSystem = Mutable<SystemInfo>;

const UNLIMITED = { soft: -1, hard: -1 };

/** A root shell on a small Linux machine without systemd. */
export function openFakeSystem(): FakeSystem {
  return {
    euid: 0,
    egid: 0,
    architecture: "amd64",
    kernel: "6.1.0-fake",
    cpus: 2,
    memory: 8 * 1024 ** 3,
    hostname: "fakehost",
    bootId: "11111111-2222-3333-4444-555555555555",
    boundingCapabilities: [
      "CAP_CHOWN",
      "CAP_DAC_OVERRIDE",
      "CAP_FOWNER",
      "CAP_FSETID",
      "CAP_KILL",
      "CAP_SETGID",
      "CAP_SETUID",
      "CAP_SETPCAP",
      "CAP_NET_BIND_SERVICE",
      "CAP_NET_ADMIN",
      "CAP_NET_RAW",
      "CAP_SYS_CHROOT",
      "CAP_SYS_ADMIN",
      "CAP_SETFCAP",
    ],
    hardLimits: { nofile: { soft: 1024, hard: 1048576 }, nproc: { soft: 4096, hard: 4096 }, core: UNLIMITED },
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root" },
    cwd: "/root",
    selfArgv: ["/usr/bin/minke"],
    selfCommand: ["minke"],
    systemdIsRunning: () => false,
  };
}
