// The page of one event: it lives, its documents unfold, and the keyboard leads back.

import { unfolding } from "./documents.js";
import { bind } from "./keys.js";
import { nextFailure } from "./lineage.js";
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

bind("f", "The next failure in the lineage", nextFailure);
document.addEventListener("click", ({ target }) => target.closest("[data-next-failure]") && nextFailure());
bind("u", "Back to the list", () => document.querySelector(".breadcrumbs a")?.click());

unfolding(document.querySelector(".event-main"));
