const MARK = "-clone";

/**
 * A name for a clone (spec/pods.md 3.11): `X-clone`, then `X-clone1`, `X-clone2`, ...; the clone of a clone counts on.
 *
 * @param name of the source
 * @param isTaken tells whether anything has a name already
 */
export function cloneName(name: string, isTaken: (candidate: string) => boolean): string {
  const at = name.indexOf(MARK);
  const number = at < 0 ? "" : name.slice(at + MARK.length);
  const counts = at >= 0 && /^[0-9]{0,9}$/.test(number);
  const stem = counts ? name.slice(0, at + MARK.length) : `${name}${MARK}`;
  if (!counts && !isTaken(stem)) return stem;
  let next = counts ? Number(number) + 1 : 1;
  while (isTaken(`${stem}${next}`)) next += 1;
  return `${stem}${next}`;
}
