import { fail } from "../../base/errors.ts";

/** Options of which a volume may have one per group, as podman words the group in its error. */
const GROUPS: readonly { readonly words: readonly string[]; readonly text: string }[] = [
  { words: ["rw", "ro"], text: "'rw' or 'ro' option" },
  { words: ["z", "Z"], text: "'z' or 'Z' option" },
  {
    words: ["shared", "rshared", "private", "rprivate", "slave", "rslave", "unbindable", "runbindable"],
    text: "'[r]shared', '[r]private', '[r]slave' or '[r]unbindable' option",
  },
  { words: ["bind", "rbind"], text: "'[r]bind' option" },
  { words: ["suid", "nosuid"], text: "'suid' or 'nosuid' option" },
  { words: ["exec", "noexec"], text: "'noexec' or 'exec' option" },
  { words: ["dev", "nodev"], text: "'dev' or 'nodev' option" },
  { words: ["copy", "nocopy"], text: "'copy' or 'nocopy' option" },
  { words: ["U"], text: "'U' option" },
  { words: ["O"], text: "'O' option" },
  { words: ["idmap"], text: "'idmap' option" },
];

/** Checks the options of a bind mount or volume (podman-run(1), `--volume`). Throws INVALID_ARGUMENT with podman's text. */
export function checkMountOptions(options: readonly string[]): void {
  const overlay = options.includes("O");
  const seen = new Map<string, string[]>();
  for (const option of options) {
    const name = option.split("=", 1)[0] ?? "";
    if (name === "upperdir" || name === "workdir") {
      if (overlay) continue;
      throw fail("INVALID_ARGUMENT", { message: `unknown mount option "${option}": invalid mount option` });
    }
    const word = option.startsWith("idmap=") ? "idmap" : option;
    const group = GROUPS.find(({ words }) => words.includes(word));
    if (!group) throw fail("INVALID_ARGUMENT", { message: `invalid option type "${option}"` });
    const found = [...(seen.get(group.text) ?? []), option];
    seen.set(group.text, found);
    if (found.length > 1)
      throw fail("INVALID_ARGUMENT", {
        message: `invalid options "${found.join(", ")}", can only specify 1 ${group.text}`,
      });
  }
}
