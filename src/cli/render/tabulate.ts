const MIN_WIDTH = 12;
const PADDING = 2;

const widthOf = (cell: string) => {
  let width = 0;
  for (const _ of cell) width++;
  return width;
};

/**
 * Aligns cells that end in tabs, as Go's tabwriter does with podman's settings: a column is a run of lines that have the
 * cell, it is at least 12 wide and two wider than its widest cell; the last cell of a line is not padded.
 */
export function tabulate(text: string): string {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const widths: number[][] = lines.map(() => []);
  const columns = Math.max(0, ...lines.map((cells) => cells.length - 1));
  for (let column = 0; column < columns; column++) {
    let start = 0;
    while (start < lines.length) {
      let end = start;
      let width = MIN_WIDTH;
      for (; end < lines.length; end++) {
        const cells = lines[end] ?? [];
        if (cells.length - 1 <= column) break;
        width = Math.max(width, widthOf(cells[column] ?? "") + PADDING);
      }
      for (let line = start; line < end; line++) widths[line]?.push(width);
      start = end + 1;
    }
  }
  return lines
    .map((cells, line) =>
      cells
        .map((cell, column) =>
          column === cells.length - 1 ? cell : cell + " ".repeat((widths[line]?.[column] ?? 0) - widthOf(cell)),
        )
        .join(""),
    )
    .join("\n");
}
