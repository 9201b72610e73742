import { fail } from "../base/errors.ts";
import type { ResolvedUser } from "./inputs.ts";

/** Largest uid or gid that the runtimes take. */
const MAX_ID = 2_147_483_647;

/** `--group-add keep-groups`: the runtime keeps the engine's own supplementary groups. */
export const KEEP_GROUPS = "keep-groups";

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** A decimal id; undefined if the text is none. */
function parseId(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,19}$/.test(text) ? Number(text) : undefined;
}

/** Lines of the container's own files: malformed ones are passed over, as the C library does. */
function parsePasswd(text: string): readonly PasswdEntry[] {
  return text.split("\n").flatMap((line) => {
    const [name, , uidText, gidText, , home] = line.trim().split(":");
    const uid = parseId(uidText);
    const gid = parseId(gidText);
    if (name === undefined || name === "" || uid === undefined || gid === undefined) return [];
    return [{ name, uid, gid, home: home ?? "" }];
  });
}

function parseGroup(text: string): readonly GroupEntry[] {
  return text.split("\n").flatMap((line) => {
    const [name, , gidText, members] = line.trim().split(":");
    const gid = parseId(gidText);
    if (name === undefined || name === "" || gid === undefined) return [];
    return [{ name, gid, members: (members ?? "").split(",").filter((m) => m !== "") }];
  });
}

function checkRange(id: number): number {
  if (id > MAX_ID) throw fail("INVALID_ARGUMENT", { message: `uids and gids must be in range 0-${MAX_ID}` });
  return id;
}

function findUser(text: string, entries: readonly PasswdEntry[]): PasswdEntry & { readonly known: boolean } {
  const wanted = text === "" ? "0" : text;
  const found = entries.find((entry) => entry.name === wanted || String(entry.uid) === wanted);
  if (found !== undefined) return { ...found, uid: checkRange(found.uid), gid: checkRange(found.gid), known: true };
  const uid = parseId(wanted);
  if (uid === undefined)
    throw fail("INVALID_ARGUMENT", { message: `unable to find user ${wanted}: no matching entries in passwd file` });
  return { name: "", uid: checkRange(uid), gid: 0, home: "/", known: false };
}

function findGid(text: string, groups: readonly GroupEntry[], prefix: string): number {
  const found = groups.find((entry) => entry.name === text || String(entry.gid) === text);
  const gid = found?.gid ?? parseId(text);
  if (gid === undefined)
    throw fail("INVALID_ARGUMENT", { message: `${prefix} ${text}: no matching entries in group file` });
  return checkRange(gid);
}

/**
 * Finds a user in the container's own files (spec/components.md 4.7).
 *
 * @param spec `user[:group]`, names or numbers; empty means root
 * @param files.passwd,files.group text of the container's files, empty if it has none
 * @param groupAdd further groups by name or number
 * @throws INVALID_ARGUMENT for a name that the files don't have and for ids out of range
 */
export function resolveUser(
  spec: string,
  files: { readonly passwd: string; readonly group: string },
  groupAdd: readonly string[] = [],
): ResolvedUser {
  const [userText = "", groupText = ""] = spec.split(":", 2);
  const groups = parseGroup(files.group);
  const user = findUser(userText, parsePasswd(files.passwd));
  const gid = groupText === "" ? user.gid : findGid(groupText, groups, "unable to find group");
  const memberships =
    groupText === "" && user.known
      ? groups.filter((g) => g.members.includes(user.name)).map((g) => checkRange(g.gid))
      : [];
  const added = groupAdd
    .filter((name) => name !== KEEP_GROUPS)
    .map((name) => findGid(name, groups, "Unable to find group"));
  const own = spec === "" ? [] : [gid];
  return {
    uid: user.uid,
    gid,
    additionalGids: [...new Set([...own, ...memberships, ...added])],
    home: user.home === "" ? "/" : user.home,
    name: user.name,
  };
}

/**
 * Lines that the container's files lack for a numeric user, as podman adds them so that programs find a name and a home.
 *
 * @param spec `user[:group]` as given
 * @param files text of the container's files
 * @param workdir becomes the home
 * @returns lines with a newline at the end; empty if nothing is missing
 */
export function missingAccountLines(
  spec: string,
  files: { readonly passwd: string; readonly group: string },
  workdir: string,
): { readonly passwd: string; readonly group: string } {
  const [, groupText = ""] = spec.split(":", 2);
  const user = resolveUser(spec, files);
  const groupKnown = parseId(groupText) === undefined || parseGroup(files.group).some((g) => g.gid === user.gid);
  const home = /[:\n]/.test(workdir) || workdir === "" ? "/" : workdir;
  return {
    passwd: user.name === "" ? `${user.uid}:*:${user.uid}:${user.gid}:container user:${home}:/bin/sh\n` : "",
    group: groupKnown ? "" : `${user.gid}:x:${user.gid}:${user.uid}\n`,
  };
}
