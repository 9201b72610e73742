import { createRequire } from "node:module";
import { createLibc, type Libc, type LibcKind, type LibcName, type RawFunction } from "./libc.ts";

interface Koffi {
  load(path: string | null): { func(declaration: string): (...args: readonly unknown[]) => number };
  errno(): number;
}

const C_TYPE: Readonly<Record<LibcKind, string>> = {
  i: "int",
  l: "unsigned long",
  s: "void *",
  "s?": "void *",
  p: "void *",
};

/** The C library through koffi, which is loaded at the first call: it costs some 25 ms. Only callable in Node. */
export function openNodeLibc(): Libc {
  let koffi: Koffi | undefined;
  let library: ReturnType<Koffi["load"]> | undefined;
  return createLibc({
    bind(name: LibcName, kinds: readonly LibcKind[]): RawFunction {
      koffi ??= createRequire(import.meta.url)("koffi") as Koffi;
      library ??= koffi.load(null);
      return library.func(`int ${name}(${kinds.map((kind) => C_TYPE[kind]).join(", ")})`);
    },
    errno: () => koffi?.errno() ?? 0,
  });
}
