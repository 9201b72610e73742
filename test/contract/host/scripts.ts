import { constants } from "node:os";
import type { FakeHost } from "../../../src/host/fakes/open.ts";
import type { FakeProgram } from "../../../src/host/fakes/programs.ts";
import { collect, text } from "./for-each-host.ts";

const { SIGTERM } = constants.signals;

/** Never ends by itself. */
const forever: FakeProgram = () => new Promise(() => {});

interface Script {
  readonly sh: string;
  readonly twin: FakeProgram;
}

/** Shell scripts for the real host, and what they do on the fake one. */
export const SCRIPTS = {
  exit3: { sh: "exit 3", twin: () => 3 },
  cat: { sh: "cat", twin: async (it) => it.stdout(await it.stdin()) },
  bothStreams: {
    sh: "echo out; echo err >&2",
    twin: (it) => {
      it.stdout("out\n");
      it.stderr("err\n");
    },
  },
  ownSignal: { sh: "kill -TERM $$", twin: (it) => it.process.signal(SIGTERM) },
  environment: { sh: 'echo "$NAME:$PWD"', twin: (it) => it.stdout(`${it.env["NAME"]}:${it.cwd}\n`) },
  megabytes: {
    sh: "head -c 3000000 /dev/zero",
    twin: (it) => it.stdout(new Uint8Array(3_000_000)),
  },
  wait: {
    sh: "echo ready; exec tail -f /dev/null",
    twin: (it) => {
      it.stdout("ready\n");
      return forever(it);
    },
  },
  stubborn: {
    sh: "trap '' TERM; echo ready; exec tail -f /dev/null",
    twin: (it) => {
      it.process.onSignal = (signal) => signal === SIGTERM;
      it.stdout("ready\n");
      return forever(it);
    },
  },
  answer: {
    sh: 'read line <&3; echo "got $line" >&4; exit 7',
    twin: async (it) => {
      for await (const chunk of it.fd(3)?.data ?? []) {
        it.fd(4)?.write(`got ${text(chunk)}`);
        break;
      }
      return 7;
    },
  },
  inheritedThree: {
    sh: "[ -e /proc/self/fd/3 ] && exit 5",
    twin: (it) => (it.inherited.has(3) ? 5 : 1),
  },
  drainInput: {
    sh: "cat >/dev/null; exit 4",
    twin: async (it) => {
      await collect(it.fd(0)?.data ?? (async function* () {})());
      return 4;
    },
  },
} as const satisfies Record<string, Script>;

export type ScriptName = keyof typeof SCRIPTS;

/** Path and arguments that run a script. */
export function script(name: ScriptName): readonly [path: string, args: readonly string[]] {
  return ["/bin/sh", ["-c", SCRIPTS[name].sh]];
}

/** Environment in which the scripts find their tools. */
export const ENVIRONMENT = { PATH: "/usr/bin:/bin" };

/** Installs a shell that knows these scripts by heart. */
export function installShell(fake: FakeHost): void {
  const twins = new Map<string, FakeProgram>(Object.values(SCRIPTS).map(({ sh, twin }) => [sh, twin]));
  fake.programs.define("/bin/sh", (invocation) => twins.get(invocation.args[1] ?? "")?.(invocation) ?? 127);
}
