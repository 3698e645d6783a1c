// An operation goes on by itself, step by step, until it is done.

const form = document.querySelector("[data-run][data-is-own]");

if (form) {
  form.querySelector("button").hidden = true;
  run();
}

async function run() {
  const bar = form.querySelector("progress");
  const count = form.querySelector("[data-affected]");
  try {
    for (;;) {
      const response = await fetch(location.href, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      if (!response.ok) throw new Error(response.statusText);
      const { affected, isOver } = await response.json();
      bar.value = affected;
      count.textContent = affected;
      if (isOver) break;
    }
    location.replace(location.href);
  } catch {
    form.querySelector("button").hidden = false; // the reader may try to go on
  }
}
