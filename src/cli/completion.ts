import type { FlagTable } from "./flag-kinds.ts";

/** What completion knows of one command or group. */
export interface Completable {
  readonly path: readonly string[];
  readonly summary: string;
  readonly flags: FlagTable;
}

interface Place {
  /** The words before it, `pod create`; empty is the program itself. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly summary: string }[];
  readonly flags: readonly string[];
}

const PROGRAM = "minke";

/** Every path that has something to complete after it. */
function placesOf(commands: readonly Completable[]): readonly Place[] {
  const paths = new Set(commands.flatMap(({ path }) => path.map((_, at) => path.slice(0, at).join(" "))));
  for (const { path } of commands) paths.add(path.join(" "));
  return [...paths].sort().map((path) => {
    const depth = path === "" ? 0 : path.split(" ").length;
    const below = commands.filter(
      (each) => each.path.length === depth + 1 && each.path.slice(0, depth).join(" ") === path,
    );
    const own = commands.find((each) => each.path.join(" ") === path);
    return {
      path,
      words: below.map((each) => ({ word: each.path[depth] ?? "", summary: each.summary })),
      flags: Object.entries(own?.flags ?? {}).flatMap(([name, flag]) => (flag.hidden === true ? [] : [name])),
    };
  });
}

/** A completion script for bash: words and flags by the commands that stand before. */
export function bashCompletion(commands: readonly Completable[]): string {
  const cases = placesOf(commands).map(
    ({ path, words, flags }) =>
      `        "${path}") words="${words.map(({ word }) => word).join(" ")}" flags="${["help", ...flags].map((flag) => `--${flag}`).join(" ")}" ;;`,
  );
  return `# bash completion of ${PROGRAM}
_${PROGRAM}_place() {
    words="" flags=""
    case "$1" in
${cases.join("\n")}
    esac
}
_${PROGRAM}() {
    local current="\${COMP_WORDS[COMP_CWORD]}" place="" word words flags
    _${PROGRAM}_place ""
    for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case " $words " in
            *" $word "*) place="\${place:+$place }$word"; _${PROGRAM}_place "$place" ;;
        esac
    done
    case "$current" in
        -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
        *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    esac
}
complete -o default -F _${PROGRAM} ${PROGRAM}
`;
}

/** For zsh, which reads bash's scripts. */
export function zshCompletion(commands: readonly Completable[]): string {
  return `#compdef ${PROGRAM}\nautoload -U +X bashcompinit && bashcompinit\n${bashCompletion(commands)}`;
}

const quoted = (text: string) => `'${text.replace(/['\\]/g, "\\$&")}'`;

/** For fish. */
export function fishCompletion(commands: readonly Completable[]): string {
  const lines = placesOf(commands).flatMap(({ path, words, flags }) => {
    const condition =
      path === ""
        ? "__fish_use_subcommand"
        : path
            .split(" ")
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join("; and ");
    const head = `complete -c ${PROGRAM} -n ${quoted(condition)}`;
    return [
      ...words.map(({ word, summary }) => `${head} -a ${quoted(word)} -d ${quoted(summary)}`),
      ...flags.map((flag) => `${head} -l ${flag}`),
    ];
  });
  return `# fish completion of ${PROGRAM}\n${lines.join("\n")}\n`;
}
