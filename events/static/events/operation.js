// The pages of an operation. A preview counts on until it knows all. A run goes on step by step, until it is done or
// stopped: carried on by one page, that of its beginning or one on which the reader continues it, also if that is loaded
// again. Every other page of it follows, and tells when nobody carries it on.

const LOOK = 1000; // milliseconds between two looks at a run that goes on elsewhere
const FIRST_PAUSE = 2000; // milliseconds, as long as a step that the server may still be at
const LAST_PAUSE = 30_000;
const AWAY = new Set([502, 503, 504]);

class OutOfReach extends Error {}

const here = location.pathname + location.search;
const form = document.querySelector("[data-run]");
let standing = { isOver: form?.dataset.run === "over", isHalted: form?.dataset.run === "halted" };
let isDriving = false;
let isStopping = false;
if (form) beginOrFollow();

const preview = document.querySelector("[data-below]");
if (preview) countOn(preview);

// --- a preview --------------------------------------------------------------------------------------------------

/** Ask for the number of the older events, part by part, and show the sum. */
async function countOn(preview) {
  const affected = document.querySelector("[data-affected]");
  const asked = new FormData(preview); // as the numbers were counted until now, whatever the reader does meanwhile
  let { below } = preview.dataset;
  try {
    while (below) {
      const part = await post(preview.action, asked, { below });
      add(affected, part.affected);
      if (part.blocked) tellOf("blocked", part.blocked);
      for (const [why, count] of Object.entries(part.skippedFor)) tellOf(`skipped=${why}`, count);
      below = part.below;
    }
    const words = document.querySelector("[data-so-far]");
    words.textContent = words.dataset.soFar;
    document.querySelector("[data-counting]").textContent = "All are counted.";
  } catch {
    document.querySelector("[data-counting]").textContent = "They could not all be counted; all of them are meant.";
  }
}

function tellOf(name, count) {
  const element = document.querySelector(`[data-${name}]`);
  add(element, count);
  element.closest("li").hidden = false;
}

function add(element, count) {
  element.textContent = told(Number(element.textContent.replaceAll(",", "")) + count);
}

// --- a run ------------------------------------------------------------------------------------------------------

/** Carry the run on that was just confirmed, or that this tab was at before it was loaded again; else follow it. */
function beginOrFollow() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter.name === "stop") stop();
    else drive();
  });
  if (standing.isOver) return;
  const { driver } = form.dataset;
  const wasHere = !standing.isHalted && driver === sessionStorage.getItem(location.pathname);
  if (location.hash === "#begin" || wasHere) drive();
  else follow();
}

/** Carry the run on, step by step, unless another page does. */
async function drive() {
  isDriving = true;
  isStopping = false;
  history.replaceState(null, "", here);
  const driver = sessionStorage.getItem(location.pathname) ?? Math.random().toString(36).slice(2);
  sessionStorage.setItem(location.pathname, driver);
  show();
  try {
    let given = { driver, continue: "yes" };
    do {
      standing = await patiently(() => (isStopping ? look() : post(here, new FormData(form), given)));
      given = { driver };
      show();
    } while (!isStopping && !standing.isOver && standing.isYours);
    isDriving = false;
    if (standing.isOver) location.replace(here);
    else follow();
  } catch (problem) {
    isDriving = false;
    standing.isHalted = true; // the reader may continue
    show(problem.message);
  }
}

/** Show how far the run is that goes on elsewhere, or nowhere, and its result. */
async function follow() {
  let last;
  try {
    while (!isDriving) {
      standing = await patiently(look);
      if (isDriving) return;
      const now = JSON.stringify(standing);
      if (standing.isOver && now === last) return location.replace(here); // the last batch is written down as well
      last = now;
      show();
      await pause(LOOK);
    }
  } catch (problem) {
    show(problem.message);
  }
}

/** Stop the run at once; who carries it on notices after the batch that it is at. */
async function stop() {
  isStopping = true;
  show();
  try {
    await patiently(() => post(here, new FormData(form), { stop: "yes" }));
  } catch (problem) {
    isStopping = false;
    show(problem.message);
  }
}

/** Do something as often as it takes until the server can be reached, with pauses that grow. */
async function patiently(act) {
  for (let length = FIRST_PAUSE; ; length = Math.min(2 * length, LAST_PAUSE)) {
    try {
      return await act();
    } catch (problem) {
      if (!(problem instanceof OutOfReach)) throw problem;
      show(`The server cannot be reached. It is tried again in ${length / 1000} seconds, and goes on as soon as it is back.`);
      await pause(length);
    }
  }
}

function look() {
  return ask(here, {});
}

/** Show how far the run is, what can be done now, and what is in the way. */
function show(trouble = "") {
  const { affected, blocked, total, isCounted, isOver, isHalted } = standing;
  if (total !== undefined) {
    const bar = form.querySelector("progress");
    bar.max = total;
    if (isCounted) bar.value = affected + blocked;
    const words = isCounted ? `${told(affected)} of ${told(total)} so far` : `${told(total)} counted so far`;
    bar.setAttribute("aria-valuetext", words);
    form.querySelector("[data-words]").textContent = words;
    document.querySelector("[data-total]").textContent = told(total);
    const more = document.querySelector("[data-so-far]");
    if (isCounted && more) more.textContent = more.dataset.soFar;
  }
  const isStanding = isOver && !isDriving;
  for (const words of document.querySelectorAll("[data-standing]")) words.hidden = !isStanding;
  document.querySelector("[data-going]").hidden = isStanding;
  showIf("[data-elsewhere]", !isDriving && !isOver && !isHalted);
  showIf("[data-halted]", !isDriving && !isOver && isHalted);
  showIf("[name=continue]", !isDriving && (isOver || isHalted));
  showIf("[name=stop]", !isStanding);
  form.querySelector("[name=stop]").disabled = isStopping;
  form.querySelector("[data-trouble]").textContent = trouble;
  showIf("[data-trouble]", trouble !== "");
}

function showIf(selector, isShown) {
  const element = form.querySelector(selector);
  if (element) element.hidden = !isShown;
}

// --- the server -------------------------------------------------------------------------------------------------

function post(url, body, more) {
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  return ask(url, { method: "POST", body });
}

async function ask(url, options) {
  const response = await fetch(url, { ...options, headers: { Accept: "application/json" } }).catch(() => {
    throw new OutOfReach();
  });
  if (AWAY.has(response.status)) throw new OutOfReach();
  if (response.redirected) throw new Error("Your login has ended. Load this page again, log in, and continue.");
  if (!response.ok) throw new Error("The server has refused to go on. Load this page again.");
  return response.json();
}

function pause(length) {
  return new Promise((done) => setTimeout(done, length));
}

function told(count) {
  return count.toLocaleString("en");
}
