// The panel of a page that lives: whether it does, as of when it stands if not, and the button that pauses it.

import { clock } from "./times.js";

const WORDS = {
  connecting: "Connecting",
  open: "Live",
  waiting: "Reconnecting",
  closed: "Not live",
  silent: "No answer",
  paused: "Paused",
};

/** Show the panel; `onToggle()` is called when the reader has paused the page, or let it go on. */
export function livePanel(onToggle) {
  const panel = document.querySelector(".live");
  const state = panel.querySelector(".live-state");
  const pause = panel.querySelector("[data-pause]");
  let connection = "connecting";
  let isLost = false;
  let isAnswered = true;
  let isPaused = false;
  let asOf = new Date(); // undefined while the page is up to date

  panel.hidden = false;
  pause.addEventListener("click", togglePause);
  show();

  /** Take note of the state that the feed is in. */
  function connected(to) {
    connection = to;
    if (to !== "connecting") isLost = to !== "open";
    show();
  }

  /** Take note whether the server has answered what the page asked for. */
  function answered(isSo) {
    isAnswered = isSo;
    show();
  }

  function togglePause() {
    isPaused = !isPaused;
    show();
    onToggle();
  }

  function current() {
    if (isPaused) return "paused";
    if (connection === "open") return isAnswered ? "open" : "silent";
    return isLost && connection === "connecting" ? "waiting" : connection; // it tries again and again
  }

  function show() {
    const now = current();
    asOf = now === "open" ? undefined : (asOf ?? new Date());
    const hasTime = asOf && now !== "connecting";
    const words = hasTime ? `${WORDS[now]} · as of ${clock.format(asOf)}` : WORDS[now];
    panel.dataset.live = now;
    if (state.textContent !== words) state.textContent = words; // else it would be read out again
    pause.textContent = isPaused ? "Resume" : "Pause";
    pause.setAttribute("aria-pressed", isPaused);
  }

  return {
    connected,
    answered,
    togglePause,
    get isConnected() {
      return connection === "open";
    },
    get isPaused() {
      return isPaused;
    },
  };
}
