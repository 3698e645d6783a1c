// Choosing events in the list, to operate on them.

import { bind } from "./keys.js";

/** Let the boxes of a table fill a form, which shows once something is chosen. */
export function choosing(table, form) {
  const all = table.querySelector("[data-select-all]");
  const boxes = () => [...table.tBodies[0].querySelectorAll("[name=ids]:enabled")];

  function show() {
    const chosen = boxes().filter((box) => box.checked).length;
    form.querySelector("[data-count]").textContent = chosen;
    form.classList.toggle("is-idle", chosen === 0);
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }

  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    show();
  });
  table.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  bind("x", "Select the event, or no longer", () => {
    const box = document.activeElement.closest("tr")?.querySelector("[name=ids]");
    if (box && !box.disabled) box.checked = !box.checked; // that of a deleted event is
    show();
  });
  show();
}
