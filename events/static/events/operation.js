// The pages of an operation. A preview counts on until it knows all. A run goes on step by step, until it is done or
// stopped: by itself after the confirmation, and otherwise when the reader continues it. A page of a run that is opened
// again, as a restored tab is, only shows where it stands.

const FIRST_PAUSE = 2000; // milliseconds, as long as a step that the server may still be at
const LAST_PAUSE = 30_000;
const AWAY = new Set([502, 503, 504]);

class OutOfReach extends Error {}

const preview = document.querySelector("[data-below]");
if (preview) countOn(preview);

const here = location.pathname + location.search;
const form = document.querySelector("[data-run][data-is-own]");
let isStopped = false;
let isRunning = false;

if (form) {
  form.addEventListener("submit", (event) => {
    const isStop = event.submitter?.name === "stop";
    if (isStop && !isRunning) return; // the server stops what goes on elsewhere
    event.preventDefault();
    if (isStop) {
      isStopped = true;
      event.submitter.disabled = true; // the step that it is at comes to its end
    } else {
      run();
    }
  });
  if (location.hash === "#begin") {
    history.replaceState(null, "", here);
    run();
  }
}

/** Ask for the number of the older events, part by part, and show the sum. */
async function countOn(preview) {
  const affected = document.querySelector("[data-affected]");
  const others = ["skipped", "blocked"]; // of a deletion nothing is skipped, and of nothing else anything is blocked
  const asked = new FormData(preview); // as the numbers were counted until now, whatever the reader does meanwhile
  let { below } = preview.dataset;
  try {
    while (below) {
      const part = await post(preview.action, asked, { below });
      add(affected, part.affected);
      for (const name of others.filter((each) => part[each])) {
        const count = document.querySelector(`[data-${name}]`);
        add(count, part[name]);
        count.closest("li").hidden = false;
      }
      below = part.below;
    }
    const words = document.querySelector("[data-so-far]");
    words.textContent = words.dataset.soFar;
    document.querySelector("[data-counting]").textContent = "All are counted.";
  } catch {
    document.querySelector("[data-counting]").textContent = "They could not all be counted; all of them are meant.";
  }
}

function add(element, count) {
  element.textContent = told(Number(element.textContent.replaceAll(",", "")) + count);
}

async function run() {
  isRunning = true;
  isStopped = false;
  show();
  try {
    let wanted = { continue: "yes" };
    let answer;
    do {
      answer = await patiently(() => step(isStopped ? { stop: "yes" } : wanted));
      wanted = {};
    } while (!answer.isOver);
    location.replace(here);
  } catch (problem) {
    isRunning = false; // the reader may continue
    show(problem.message);
  }
}

/** Do something as often as it takes until the server can be reached, with pauses that grow. */
async function patiently(act) {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LAST_PAUSE)) {
    try {
      return await act();
    } catch (problem) {
      if (!(problem instanceof OutOfReach)) throw problem;
      show(`The server cannot be reached. It is tried again in ${pause / 1000} seconds, and goes on as soon as it is back.`);
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}

/** Carry one step out, and tell how far it is. */
async function step(given) {
  const answer = await post(here, new FormData(form), given);
  const { affected, blocked, total, isCounted } = answer;
  const bar = form.querySelector("progress");
  bar.max = total;
  if (isCounted) bar.value = affected + blocked;
  const words = isCounted ? `${told(affected)} of ${told(total)} so far` : `${told(total)} counted so far`;
  bar.setAttribute("aria-valuetext", words);
  form.querySelector("[data-words]").textContent = words;
  show();
  return answer;
}

async function post(url, body, more) {
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => {
    throw new OutOfReach();
  });
  if (AWAY.has(response.status)) throw new OutOfReach();
  if (response.redirected) throw new Error("Your login has ended. Load this page again, log in, and continue.");
  if (!response.ok) throw new Error("The server has refused to go on. Load this page again.");
  return response.json();
}

/** Show what can be done now, and what is in the way. */
function show(trouble = "") {
  form.querySelector("[name=continue]").hidden = isRunning;
  form.querySelector("[name=stop]").hidden = false;
  form.querySelector("[name=stop]").disabled = isRunning && isStopped;
  form.querySelector("[data-idle]").hidden = isRunning;
  form.querySelector("[data-trouble]").hidden = trouble === "";
  form.querySelector("[data-trouble]").textContent = trouble;
  for (const words of document.querySelectorAll("[data-standing]")) words.hidden = isRunning;
  document.querySelector("[data-going]").hidden = !isRunning && document.querySelector("h1[data-standing]") !== null;
}

function told(count) {
  return count.toLocaleString("en");
}
