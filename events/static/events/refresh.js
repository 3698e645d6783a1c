// Pages that stay up to date: the feed tells when to look, and the parts that have changed are exchanged.

import { EventFeed } from "./feed.js";
import { localise } from "./times.js";

const STATES = { connecting: "Connecting", open: "Live", waiting: "Reconnecting", closed: "Not live" };

/**
 * Keep the parts of the page, elements with `data-part` and an id, as the server would write them now.
 *
 * - concerns(message): whether what the feed tells may have changed the page.
 * - every: milliseconds between two looks at least.
 * - atLeast: milliseconds after which it is looked though the feed tells nothing: lengths of time grow.
 * - onDeleted(id): optional, an event is gone.
 */
export function keepFresh({ concerns, every, atLeast, onDeleted }) {
  const panel = document.querySelector(".live");
  const pause = panel.querySelector("[data-pause]");
  const written = new Map(); // each part as the server wrote it last
  let isPaused = false;
  let state = "connecting";
  let timer;
  let looked = Date.now();

  panel.hidden = false;
  // The browser would keep the first part in place that has not been exchanged, which is seldom the one that is read.
  document.documentElement.style.overflowAnchor = "none";
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    show();
    soon();
  });
  document.addEventListener("visibilitychange", soon);
  setInterval(() => Date.now() - looked >= atLeast && soon(), atLeast / 4);
  new EventFeed({
    onEvent: (message) => concerns(message) && soon(),
    onDeleted,
    onResync: soon,
    onState(now) {
      state = now;
      show();
      if (now === "open") soon();
    },
  });

  function show() {
    panel.dataset.live = isPaused ? "paused" : state;
    panel.querySelector(".live-state").textContent = isPaused ? "Paused" : STATES[state];
    pause.textContent = isPaused ? "Resume" : "Pause";
    pause.setAttribute("aria-pressed", isPaused);
  }

  function soon() {
    if (isPaused || document.hidden) return;
    timer ??= setTimeout(look, Math.max(0, looked + every - Date.now()));
  }

  async function look() {
    try {
      const response = await fetch(location.href);
      if (response.ok && !response.redirected) exchange(new DOMParser().parseFromString(await response.text(), "text/html"));
    } catch {
      // The feed reconnects when the server is back, and then it is looked again.
    } finally {
      looked = Date.now();
      timer = undefined;
      if (document.querySelector("[data-unfinished]")) soon(); // the server has more to tell the next time
    }
  }

  function exchange(page) {
    if (isPaused) return;
    const [reading, top] = firstInSight();
    for (const part of document.querySelectorAll("[data-part]")) {
      const fresh = page.getElementById(part.id);
      if (!fresh || part.matches(":active") || part.contains(document.activeElement)) continue; // somebody is at it
      const html = fresh.outerHTML;
      if (written.get(part.id) === html) continue;
      written.set(part.id, html);
      localise(fresh);
      keepFolded(part, fresh);
      const scrolled = part.querySelector("[data-scrolls]")?.scrollTop;
      part.replaceWith(fresh);
      if (scrolled) fresh.querySelector("[data-scrolls]")?.scrollTo({ top: scrolled, behavior: "instant" });
    }
    const moved = reading && document.getElementById(reading).getBoundingClientRect().top - top;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  }
}

/** Leave open what is open, and folded what is folded. */
function keepFolded(part, fresh) {
  for (const branch of part.querySelectorAll("details[id]")) {
    const same = fresh.querySelector(`#${CSS.escape(branch.id)}`);
    if (same) same.open = branch.open;
  }
}

/** Return the id of the part that one reads, the first in sight, and where it begins. */
function firstInSight() {
  for (const part of document.querySelectorAll("[data-part]")) {
    const { top, bottom } = part.getBoundingClientRect();
    if (bottom > 0) return [part.id, top];
  }
  return [];
}
