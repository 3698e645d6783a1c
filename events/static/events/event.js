// The page of one event: it lives, its documents unfold, and the keyboard leads back.

import { isRead, takeOver, unfolding } from "./documents.js";
import { bind } from "./keys.js";
import { nextFailure } from "./lineage.js";
import { markLeft, neighbours } from "./place.js";
import { keepFresh } from "./refresh.js";

const own = document.querySelector("[data-event]").dataset.event;
const relatives = () => [...document.querySelectorAll("[data-relative]")].map((node) => node.dataset.relative);

const live = keepFresh({
  // Its own changes, its children, and what the lineage shows.
  concerns: ({ id, dependsOn }) => [id, dependsOn].includes(own) || relatives().includes(id),
  every: 1000,
  atLeast: 20_000,
  isRead,
  prepare: takeOver,
  onDeleted(id) {
    if (id !== own) {
      if (relatives().includes(id)) live.soon();
      return;
    }
    live.stop();
    document.querySelector(".event-gone").hidden = false;
    for (const part of document.querySelectorAll(".operate-one, .live")) part.remove();
  },
});

bind("f", "The next failure in the lineage", nextFailure);
document.addEventListener("click", ({ target }) => target.closest("[data-next-failure]") && nextFailure());

const back = document.querySelector(".breadcrumbs a");
back.addEventListener("click", () => markLeft(own));
bind("u", "Back to the list", () => back.click());
const { next, previous } = neighbours();
if (next) bind("j", "Next event of the list", () => location.assign(next));
if (previous) bind("k", "Previous event of the list", () => location.assign(previous));

unfolding(document.querySelector(".event-main"));
