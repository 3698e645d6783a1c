// The page of one event: it lives, its documents can be copied, and the keyboard leads back.

import { bind } from "./keys.js";
import { keepFresh } from "./refresh.js";

const own = document.querySelector("[data-event]").dataset.event;
const relatives = () => [...document.querySelectorAll("[data-relative]")].map((node) => node.dataset.relative);

keepFresh({
  // Its own changes, its children, and what the lineage shows.
  concerns: ({ id, dependsOn }) => [id, dependsOn].includes(own) || relatives().includes(id),
  every: 1000,
  atLeast: 20_000,
  onDeleted(id) {
    if (id !== own) return;
    document.querySelector(".event-gone").hidden = false;
    for (const part of document.querySelectorAll(".operate-one, .live")) part.remove();
  },
});

bind("u", "Back to the list", () => document.querySelector(".breadcrumbs a")?.click());

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue; // browsers have none for pages over plain HTTP from other machines
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

/** Copy a text of the page, or a whole document as the server has it: the page may show only its beginning. */
async function copy(button) {
  const { copyFrom, copyKey } = button.dataset;
  try {
    const text = copyFrom ? await documentOf(copyFrom, copyKey) : button.closest(".card").querySelector("pre").textContent;
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Could not copy";
  }
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2000);
}

async function documentOf(url, key) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(response.statusText);
  const event = await response.json();
  return JSON.stringify(event[key], null, 2);
}
