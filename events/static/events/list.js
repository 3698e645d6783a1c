// The list of events: it lives, and one can walk through it with the keyboard.

import { bind } from "./keys.js";
import { follow } from "./live.js";
import { keepPlace } from "./place.js";
import { choosing } from "./select.js";

const table = document.querySelector("#result_list");

// On a narrow screen the events come first, and the filters when they are asked for.
const sidebar = document.querySelector(".sidebar");
const narrow = window.matchMedia("(max-width: 1100px)");
const fold = () => {
  sidebar.open = !narrow.matches;
};
narrow.addEventListener("change", fold);
fold();

// What is left empty is no filter, and stays out of the address.
document.querySelector(".finder").addEventListener("submit", (event) => {
  for (const field of event.target.querySelectorAll("[name]")) field.disabled = field.value.trim() === "";
});
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll(".finder :disabled")) field.disabled = false;
});

const example = document.querySelector("[data-example]");
example.hidden = false;
example.addEventListener("click", () => {
  const box = document.querySelector("#filter-filter");
  box.value = box.placeholder;
  box.focus();
});

const live = follow(table, document.querySelector("[data-pill]"));

bind("j", "Next event", () => step(1));
bind("k", "Previous event", () => step(-1));
bind("Enter", "Open the event");
bind("n", "Show what is new", () => live.showNew());
bind("p", "Pause the list, or let it go on", () => live.togglePause());

function step(by) {
  const links = [...table.querySelectorAll("tbody .cell-topic a")];
  const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = here < 0 ? 0 : Math.min(Math.max(here + by, 0), links.length - 1);
  links[next]?.focus();
  links[next]?.closest("tr").scrollIntoView({ block: "nearest" });
}

const operate = document.querySelector("#operate");
if (operate) choosing(table, operate);

keepPlace(table);
