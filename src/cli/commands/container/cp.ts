import { fail } from "../../../base/errors.ts";
import { exactly } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool } from "../../flag-kinds.ts";

interface End {
  readonly container?: string;
  readonly path: string;
}

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** `CONTAINER:PATH`, a path of this host, or `-`. */
function endOf(io: Io, argument: string): End {
  const colon = argument.indexOf(":");
  if (/^[./]/.test(argument) || colon < 0) return { path: argument === "-" ? "-" : onHost(io, argument) };
  const path = argument.slice(colon + 1);
  return { container: argument.slice(0, colon), path: path.startsWith("/") || path === "" ? path : `/${path}` };
}

/** Not `resolve` of node:path: it takes a final `/.` away, which has a meaning here. */
const onHost = (io: Io, path: string) => (path.startsWith("/") ? path : `${io.cwd}/${path}`);

/** `cp` (podman-cp(1)). */
export const cp = defineCommand({
  usage: "[options] [CONTAINER:]SRC_PATH [CONTAINER:]DEST_PATH",
  description:
    "Copies files and directories between a container and this host, or between containers. A path - is a tar on stdin or stdout; a source that ends in /. is what is in the directory.",
  examples: ["cp app.conf web:/etc/app.conf", "cp web:/var/log/. ./logs", "cp web:/data - > data.tar"],
  flags: {
    archive: bool("Give copies to the container's user; on this host all is root's", { short: "a", default: true }),
    overwrite: bool("Let directories and other files take each other's place"),
    pause: bool("Accepted for compatibility", { default: true, hidden: true }),
  },
  args: exactly(2),
  run: async (io, input) => {
    const [first = "", second = ""] = input.args;
    const { containers } = io.engine;
    const from = endOf(io, first);
    const to = endOf(io, second);
    if (from.path === "" || to.path === "")
      throw refuse(`invalid arguments "${first}", "${second}": you must specify paths`);
    if (from.container === undefined && to.container === undefined) throw fail("EMPTY_ID", {});
    for (const { container } of [from, to])
      if (container !== undefined && !(await containers.exists(container)))
        throw refuse(`container "${container}" does not exist`);
    const options = { keepOwner: !input.flags.archive, overwrite: input.flags.overwrite, signal: io.signal };
    if (to.path === "-" && from.container !== undefined) {
      for await (const chunk of containers.copyOut(from.container, from.path, { signal: io.signal }))
        await io.outBytes(chunk);
    } else if (from.path === "-" && to.container !== undefined)
      await containers.copyIn(to.container, to.path, io.stdin, options);
    else await containers.copy(from, to, options);
    return EXIT.ok;
  },
});
