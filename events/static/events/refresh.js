// Pages that stay up to date: the feed tells when to look, and the parts that have changed are exchanged.

import { EventFeed } from "./feed.js";
import { livePanel } from "./panel.js";
import { localise } from "./times.js";

/**
 * Keep the parts of the page, elements with `data-part` and an id, as the server would write them now. A part that has
 * a `data-version` is exchanged only if that differs; if somebody is at it, it says so and waits to be told.
 *
 * - concerns(message): whether what the feed tells may have changed the page.
 * - every: milliseconds between two looks at least.
 * - atLeast: milliseconds after which it is looked though the feed tells nothing: lengths of time grow.
 * - onDeleted(id): optional, an event is gone.
 * - isRead(part): optional, whether a part with a version is better left as it is for now.
 * - prepare(fresh, part): optional, does something to what takes the place of a part.
 *
 * Returns what the caller may do: `soon()`, look again, and `stop()`, never again, as when the page's subject is gone.
 */
export function keepFresh({ concerns, every, atLeast, onDeleted, isRead = () => false, prepare = () => {} }) {
  const panel = livePanel(soon);
  const written = new Map(); // each part as the server wrote it last
  let isStopped = false;
  let timer;
  let looked = Date.now();

  // The browser would keep the first part in place that has not been exchanged, which is seldom the one that is read.
  document.documentElement.style.overflowAnchor = "none";
  document.addEventListener("visibilitychange", soon);
  setInterval(() => Date.now() - looked >= atLeast && soon(), atLeast / 4);
  const feed = new EventFeed({
    onEvent: (message) => concerns(message) && soon(),
    onDeleted,
    onResync: soon,
    onState(now) {
      panel.connected(now);
      if (now === "open") soon();
    },
  });
  return { soon, stop };

  function stop() {
    isStopped = true;
    clearTimeout(timer);
    feed.close();
  }

  function soon() {
    if (panel.isPaused || isStopped || document.hidden) return;
    timer ??= setTimeout(look, Math.max(0, looked + every - Date.now()));
  }

  async function look() {
    try {
      const response = await fetch(location.href);
      const isPage = response.ok && !response.redirected; // not the login
      if (isPage) exchange(new DOMParser().parseFromString(await response.text(), "text/html"));
      panel.answered(isPage);
    } catch {
      panel.answered(false);
    } finally {
      looked = Date.now();
      timer = undefined;
      if (document.querySelector("[data-unfinished]")) soon(); // the server has more to tell the next time
    }
  }

  function exchange(page) {
    if (panel.isPaused || isStopped) return;
    const [reading, top] = firstInSight();
    for (const part of document.querySelectorAll("[data-part]")) {
      const fresh = page.getElementById(part.id);
      if (fresh) "version" in part.dataset ? exchangeVersion(part, fresh) : exchangePart(part, fresh);
    }
    const moved = reading && document.getElementById(reading).getBoundingClientRect().top - top;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  }

  function exchangePart(part, fresh) {
    const html = fresh.outerHTML;
    const focus = part.contains(document.activeElement) && document.activeElement.id;
    const isSameThere = Boolean(focus && fresh.querySelector(`#${CSS.escape(focus)}`));
    if ((isInUse(part) && !isSameThere) || part.matches(":active") || written.get(part.id) === html) return;
    written.set(part.id, html);
    place(part, fresh);
    if (isSameThere) document.getElementById(focus).focus({ preventScroll: true });
  }

  function exchangeVersion(part, fresh) {
    part.querySelector(":scope > .changed")?.remove();
    if (part.dataset.version === fresh.dataset.version) return;
    if (isInUse(part) || isRead(part)) {
      part.prepend(notice(() => place(part, fresh)));
    } else {
      place(part, fresh);
    }
  }

  function place(part, fresh) {
    localise(fresh);
    keepFolded(part, fresh);
    prepare(fresh, part);
    const scrolled = [...part.querySelectorAll("[data-scrolls]")].map((box) => box.scrollTop);
    part.replaceWith(fresh);
    for (const [at, box] of fresh.querySelectorAll("[data-scrolls]").entries()) {
      if (scrolled[at]) box.scrollTo({ top: scrolled[at], behavior: "instant" });
    }
  }
}

/** Tell whether somebody is at a part just now. */
function isInUse(part) {
  return part.matches(":active") || part.contains(document.activeElement);
}

/** Return the words that a part has changed, and the button that shows how it is now. */
function notice(show) {
  const words = document.createElement("p");
  words.className = "changed";
  words.setAttribute("role", "status");
  const button = document.createElement("button");
  button.className = "button";
  button.type = "button";
  button.textContent = "Show it";
  button.addEventListener("click", show);
  words.append("This has changed. ", button);
  return words;
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
