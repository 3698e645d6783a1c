// An operation goes on step by step, until it is done or stopped: by itself after the confirmation, and otherwise
// when the reader continues it. A page that is opened again, as a restored tab is, only shows where it stands.

const form = document.querySelector("[data-run][data-is-own]");

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  if (location.hash === "#begin") {
    history.replaceState(null, "", location.pathname);
    run();
  }
}

async function run() {
  const stop = form.querySelector("[data-stop]");
  let isStopped = false;
  stop.onclick = () => {
    isStopped = true;
    stop.disabled = true; // the step that it is at comes to its end
  };
  show(true);
  try {
    while (!isStopped) {
      if (await step()) {
        location.replace(location.pathname);
        return;
      }
    }
  } catch {
    // The reader may continue.
  }
  show(false);
}

/** Carry one step out; tell whether it was the last. */
async function step() {
  const response = await fetch(location.pathname, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
  });
  if (!response.ok) throw new Error(response.statusText);
  const { affected, isOver } = await response.json();
  const bar = form.querySelector("progress");
  if (bar.hasAttribute("value")) bar.value = affected; // otherwise nobody knows of how many
  form.querySelector("[data-affected]").textContent = affected;
  return isOver;
}

function show(isRunning) {
  const stop = form.querySelector("[data-stop]");
  stop.hidden = !isRunning;
  stop.disabled = false;
  form.querySelector("[type=submit]").hidden = isRunning;
  form.querySelector("[data-idle]").hidden = isRunning;
}
