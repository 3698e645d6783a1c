// What every page of the viewer has: times in the reader's zone, keyboard shortcuts, menus that close.

import { bind, showHelp } from "./keys.js";
import { labelCells } from "./tables.js";
import { localise, localiseField } from "./times.js";

localise(document);
for (const field of document.querySelectorAll("[data-moment]")) localiseField(field);
for (const table of document.querySelectorAll("#content-main table:has(thead)")) labelCells(table);

const search = document.querySelector("#searchbar");
if (search) {
  bind("/", "Search", () => {
    search.focus();
    search.select();
  });
}
bind("Esc", "Leave the search or another field");
bind("g", "Go to the events", () => document.querySelector('.site-nav a[href$="/event/"]')?.click());
bind("?", "Show the shortcuts", showHelp);

for (const button of document.querySelectorAll("[data-help]")) {
  button.hidden = false;
  button.addEventListener("click", showHelp);
}

// A menu closes when one clicks beside it, or presses Escape.
document.addEventListener("click", (event) => closeMenus((menu) => !menu.contains(event.target)));
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(() => true));

function closeMenus(isMeant) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (isMeant(menu)) menu.open = false;
  }
}
