/** Number of single-character edits that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Known names that a mistyped one may mean: at most two edits away, or beginning with it (cobra's rule); nearest first. */
export function suggestionsFor(typed: string, known: readonly string[]): readonly string[] {
  const word = typed.toLowerCase();
  return known
    .map((name) => ({ name, distance: editDistance(word, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= 2 || name.toLowerCase().startsWith(word))
    .sort((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
}
