import { dirname, resolve } from "node:path";
import { fail } from "../../../base/errors.ts";
import type { PodCreateOptions } from "../../../engine/api/pod-options.ts";
import type { Input, Io } from "../../command.ts";
import { readPodFile } from "../../pod-file/read-pod-file.ts";
import type { CREATE_FLAGS } from "./create-flags.ts";

/** What may stand on the command line beside a file; everything else belongs into it. */
const BESIDE = ["file", "name", "pod-id-file", "replace"];

/** Bytes of standard input; the reader has a limit of its own. */
const MAX_INPUT = 4 << 20;

async function textOf(io: Io, path: string): Promise<string> {
  if (path !== "-") return io.readFile(path);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of io.stdin) {
    length += chunk.length;
    if (length > MAX_INPUT) throw fail("INVALID_ARGUMENT", { message: `<stdin>: larger than ${MAX_INPUT} bytes` });
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return new TextDecoder().decode(bytes);
}

/**
 * The pod that `--file` describes.
 *
 * @throws INVALID_ARGUMENT with a line `file:line:column: ...` for each problem, and for flags that belong into the file
 */
export async function fileOptions(io: Io, input: Input<typeof CREATE_FLAGS>): Promise<PodCreateOptions> {
  const { flags, given, args } = input;
  const odd = [...given].find((name) => !BESIDE.includes(name));
  if (odd !== undefined)
    throw fail("INVALID_ARGUMENT", { message: `--${odd} cannot be used with --file: write it into the file` });
  if (flags.name !== undefined && args.length > 0)
    throw fail("INVALID_ARGUMENT", { message: "cannot specify --name and NAME at the same time" });
  const path = flags.file ?? "-";
  const options = await readPodFile({
    name: path === "-" ? "<stdin>" : path,
    text: await textOf(io, path),
    directory: path === "-" ? io.cwd : dirname(resolve(io.cwd, path)),
  });
  const name = args[0] ?? flags.name;
  const idFile = flags["pod-id-file"];
  const containers = Object.entries(options.containers ?? {}).map(
    ([key, member]) => [key, { ...member, createCommand: io.argv }] as const,
  );
  return {
    ...options,
    ...(name === undefined ? {} : { name }),
    ...(idFile === undefined ? {} : { podIdFile: resolve(io.cwd, idFile) }),
    replace: flags.replace,
    createCommand: io.argv,
    containers: Object.fromEntries(containers),
  };
}
