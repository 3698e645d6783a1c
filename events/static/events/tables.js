// On a narrow screen a row of a table is a card, and each of its cells says what it is.

/** Let every cell of a table know its heading. */
export function labelCells(table) {
  const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  for (const row of table.tBodies[0].rows) {
    for (const [place, cell] of [...row.cells].entries()) cell.dataset.label = headings[place] ?? "";
  }
  table.classList.add("labelled");
}
