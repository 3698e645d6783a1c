// The pages of an operation. A preview counts on until it knows all. A run goes on step by step, until it is done or
// stopped: by itself after the confirmation, and otherwise when the reader continues it. A page of a run that is opened
// again, as a restored tab is, only shows where it stands.

const preview = document.querySelector("[data-below]");
if (preview) countOn(preview);

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
    history.replaceState(null, "", location.pathname);
    run();
  }
}

/** Ask for the number of the older events, part by part, and show the sum. */
async function countOn(preview) {
  const affected = document.querySelector("[data-affected]");
  const skipped = document.querySelector("[data-skipped]"); // of a deletion nothing is skipped
  let { below } = preview.dataset;
  try {
    while (below) {
      const part = await post(preview.action, preview, { below });
      affected.textContent = Number(affected.textContent) + part.affected;
      if (part.skipped) {
        skipped.textContent = Number(skipped.textContent) + part.skipped;
        skipped.closest("li").hidden = false;
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

async function run() {
  isRunning = true;
  isStopped = false;
  show();
  try {
    let answer = await step({ continue: "yes" });
    while (!answer.isOver) answer = await step(isStopped ? { stop: "yes" } : {});
    location.replace(location.pathname);
  } catch {
    isRunning = false; // the reader may continue
    show();
  }
}

/** Carry one step out, and tell how far it is. */
async function step(given) {
  const answer = await post(location.pathname, form, given);
  const { affected, blocked, total, isCounted } = answer;
  const bar = form.querySelector("progress");
  bar.max = total;
  if (isCounted) bar.value = affected + blocked;
  const words = isCounted ? `${affected} of ${total} so far` : `${total} counted so far`;
  bar.setAttribute("aria-valuetext", words);
  form.querySelector("[data-words]").textContent = words;
  return answer;
}

async function post(url, form, more) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

function show() {
  form.querySelector("[name=continue]").hidden = isRunning;
  form.querySelector("[name=stop]").hidden = false;
  form.querySelector("[name=stop]").disabled = false;
  form.querySelector("[data-idle]").hidden = isRunning;
}
