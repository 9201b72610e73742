import { fail } from "../../../base/errors.ts";
import { atMost } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, text } from "../../flag-kinds.ts";
import { tableCell } from "../../render/escape.ts";
import { formatJson } from "../../render/json.ts";

const LETTERS = { added: "A", changed: "C", deleted: "D" } as const;
const KINDS = ["changed", "added", "deleted"] as const;
const JSON_BLANKS = 5;

/** `diff` (podman-diff(1)) of a container and its image. */
export const diff = defineCommand({
  usage: "[options] CONTAINER",
  description: "Shows what a container has added to, changed in and deleted from the files of its image.",
  examples: ["diff web", "diff --format json web"],
  flags: {
    format: text("json instead of lines"),
    latest: bool("The newest container", { short: "l" }),
  },
  args: atMost(1),
  run: async (io, input) => {
    const { flags } = input;
    const newest = flags.latest ? (await io.engine.containers.list({ last: 1 }))[0]?.config.id : undefined;
    const ref = input.args[0] ?? newest;
    if (ref === undefined)
      throw fail("INVALID_ARGUMENT", { message: '"minke diff" requires a name, id, or the "--latest" flag' });
    if (flags.format !== undefined && flags.format !== "" && flags.format !== "json")
      throw fail("INVALID_ARGUMENT", { message: "only supported value for '--format' is 'json'" });
    const changes = await io.engine.containers.diff(ref);
    if (flags.format === "json") {
      const groups = KINDS.flatMap((kind) => {
        const paths = changes.filter((change) => change.kind === kind).map((change) => change.path);
        return paths.length === 0 ? [] : [[kind, paths] as const];
      });
      await io.out(`${formatJson(Object.fromEntries(groups), { indent: JSON_BLANKS })}\n`);
    } else await io.out(changes.map(({ kind, path }) => `${LETTERS[kind]} ${tableCell(path)}\n`).join(""));
    return EXIT.ok;
  },
});
