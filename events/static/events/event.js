// The page of one event: copying, and the way back by keyboard.

import { bind } from "./keys.js";

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
