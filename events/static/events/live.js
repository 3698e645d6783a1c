// The list lives: rows change where they stand, and new ones come in only while nobody reads.
//
// The feed is the signal. The server is asked what has changed, because it alone knows what the view's filters match;
// of a message only the progress is used, which is stored nowhere.

import { EventFeed } from "./feed.js";
import { livePanel } from "./panel.js";
import { localise } from "./times.js";

const CALM = 500; // milliseconds that signals are gathered for before the server is asked
const MOST_ROWS = 300;
const AGAIN = 5000; // milliseconds after which the server is asked again that has not answered

/** Let a table follow the feed; return what its keys may do. */
export function follow(table, pill) {
  const panel = livePanel(soon);
  const body = table.tBodies[0];
  const isNewest = "newest" in table.dataset;
  const waiting = new Map(); // what is new and not shown yet, by id
  const touched = new Set(); // ids of rows that have changed
  let position = table.dataset.position;
  let isBehind = false;
  let isAsking = false;
  let timer;

  pill.addEventListener("click", showNew);
  window.addEventListener("scroll", () => waiting.size && settle(), { passive: true });
  document.addEventListener("visibilitychange", soon);

  new EventFeed({
    topics: ["*"],
    onEvent,
    onDeleted,
    onResync: lookAtAll,
    onState(state) {
      panel.connected(state);
      if (state === "open") lookAtAll();
    },
  });

  function onEvent(message) {
    if (message.store === false) return;
    const row = rowOf(message.id);
    if (row?.classList.contains("gone")) return;
    if (row && !panel.isPaused) showProgress(row, message.status, message.progress);
    if (row && row.dataset.updated === message.updatedAt) return; // nothing was stored, only progress told
    if (row) touched.add(message.id);
    soon();
  }

  function onDeleted(id) {
    waiting.delete(id);
    if (panel.isPaused) touched.add(id);
    else markGone(rowOf(id));
    settle();
  }

  /** A deleted event's place stays, so that nothing jumps. */
  function markGone(row) {
    if (!row || row.classList.contains("gone")) return;
    row.classList.add("gone");
    const state = document.createElement("span");
    state.className = "status";
    state.textContent = "Deleted";
    row.querySelector(".cell-status").replaceChildren(state);
    const box = row.querySelector("[type=checkbox]");
    if (!box) return;
    box.checked = false;
    box.disabled = true;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** So does that of an event that has changed in such a way that it is not of the view any more. */
  function markLeft(row) {
    row.classList.add("left");
    row.title = "No longer matches the filters";
    const words = document.createElement("span");
    words.className = "visually-hidden";
    words.textContent = `, ${row.title.toLowerCase()}`;
    row.querySelector(".cell-status .status").append(words);
  }

  /** Messages may have been missed. */
  function lookAtAll() {
    for (const row of body.querySelectorAll("tr:not(.gone)")) touched.add(row.dataset.id);
    soon();
  }

  function soon() {
    if (panel.isPaused || isAsking || document.hidden) return;
    timer ??= setTimeout(ask, CALM);
  }

  async function ask() {
    timer = undefined;
    if (panel.isPaused) return;
    const view = new URLSearchParams(location.search);
    const ids = [...touched].slice(0, 100);
    view.set("ids", ids.join(","));
    if (isNewest) view.set("since", position);
    isAsking = true;
    try {
      const response = await fetch(`${table.dataset.liveUrl}?${view}`, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(response.statusText);
      const answer = await response.json();
      if (panel.isPaused) return;
      const told = new Set(answer.rows.map((row) => row.id));
      for (const id of ids) {
        touched.delete(id);
        if (!told.has(id)) markGone(rowOf(id));
      }
      position = answer.position;
      isBehind ||= answer.isBehind;
      answer.rows.forEach(take);
      panel.answered(true);
    } catch {
      panel.answered(false);
      if (panel.isConnected) setTimeout(soon, AGAIN); // else it is asked when the feed is back
      return;
    } finally {
      isAsking = false;
    }
    settle();
    if (touched.size) soon();
  }

  /** Show a row that stands in the list already as it is now; let a new one wait. */
  function take({ id, order, matches, html }) {
    const fresh = rowFrom(html);
    const shown = rowOf(id);
    if (shown?.classList.contains("gone")) return;
    if (shown) {
      if (shown.dataset.updated === fresh.dataset.updated) return;
      if (!matches) markLeft(fresh);
      replace(shown, fresh);
    } else if (matches && isNewest && order > lowest()) {
      waiting.set(id, fresh);
    }
  }

  function replace(shown, fresh) {
    const { value, hidden } = shown.querySelector("progress");
    if (fresh.dataset.status === "in_progress" && !hidden) showProgress(fresh, "in_progress", value);
    const hadFocus = shown.querySelector(".cell-topic").contains(document.activeElement);
    const box = fresh.querySelector("[type=checkbox]");
    if (box) box.checked = Boolean(shown.querySelector("[type=checkbox]")?.checked);
    fresh.classList.add("changed");
    shown.replaceWith(fresh);
    if (hadFocus) fresh.querySelector(".cell-topic a").focus({ preventScroll: true });
  }

  /** Rows older than the page belong to the next one, if there is one. */
  function lowest() {
    const last = body.rows[body.rows.length - 1];
    return last && document.querySelector(".pager-older") ? Number(last.dataset.order) : 0;
  }

  /** Let in what waits, if nobody reads just now; else tell how much it is. */
  function settle() {
    if (!panel.isPaused && !isRead()) insertWaiting();
    pill.hidden = !isBehind && waiting.size === 0;
    pill.textContent = isBehind ? "Much is new: load again" : `${waiting.size} new`;
  }

  function isRead() {
    const isAtTop = table.getBoundingClientRect().top > 0;
    const isBusy = body.matches(":hover") || body.contains(document.activeElement) || body.querySelector(":checked");
    return body.rows.length > 0 && (!isAtTop || isBusy);
  }

  function insertWaiting() {
    for (const row of [...waiting.values()].sort((one, other) => orderOf(one) - orderOf(other))) {
      const next = [...body.rows].find((each) => orderOf(each) < orderOf(row));
      row.classList.add("new");
      body.insertBefore(row, next ?? null);
    }
    if (waiting.size) document.querySelector(".empty")?.remove();
    waiting.clear();
    trim();
  }

  /** Rows that fall off the end are found on the next page. */
  function trim() {
    const older = document.querySelector(".pager-older");
    if (!older || body.rows.length <= MOST_ROWS) return;
    while (body.rows.length > MOST_ROWS) body.deleteRow(-1);
    const address = new URL(older.href);
    address.searchParams.set("before", body.rows[MOST_ROWS - 1].dataset.order);
    older.href = address;
  }

  function showNew() {
    if (isBehind) return location.reload();
    window.scrollTo({ top: 0 });
    insertWaiting();
    settle();
  }

  function rowOf(id) {
    return body.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  return { showNew, togglePause: panel.togglePause };
}

function rowFrom(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const row = template.content.firstElementChild;
  localise(row);
  return row;
}

function orderOf(row) {
  return Number(row.dataset.order);
}

function showProgress(row, status, progress) {
  if (progress === undefined) return;
  const bar = row.querySelector("progress");
  bar.hidden = status !== "in_progress";
  bar.value = progress;
}
