// Summary and payload of an event: what is unfolded is fetched then, and all of it can be copied.

/** Let the documents of the page unfold and be copied. */
export function unfolding(root) {
  // "toggle" does not bubble, so it is caught on its way down.
  root.addEventListener("toggle", ({ target }) => target.open && target.dataset.load && fill(target), true);
  root.addEventListener("click", (event) => {
    const link = event.target.closest(".json-more");
    if (!link) return;
    event.preventDefault();
    goOn(link);
  });
  for (const button of root.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue; // browsers have none for pages over plain HTTP from other machines
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

/** Fetch what is in an object or array. */
async function fill(group) {
  const url = group.dataset.load;
  delete group.dataset.load;
  const body = group.querySelector(".json-body");
  const fallback = [...body.childNodes];
  body.textContent = "…";
  try {
    body.replaceChildren(await fragment(url));
  } catch (error) {
    group.dataset.load = url;
    body.replaceChildren(`${error.message} `, ...fallback);
  }
}

/** Put what comes next in the place of the link to it. */
async function goOn(link) {
  const line = link.closest(".json-line");
  try {
    const next = await fragment(link.dataset.load);
    const isText = link.parentNode !== line;
    const first = next.querySelector("summary, a");
    if (isText) link.replaceWith(next);
    else line.replaceWith(next);
    (first ?? document.querySelector(".json")).focus({ preventScroll: true });
  } catch (error) {
    link.before(`${error.message} `);
  }
}

async function fragment(url) {
  const response = await fetch(url).catch(() => {
    throw new Error("The server cannot be reached.");
  });
  if (response.status === 409) throw new Error("It has changed meanwhile: load the page again.");
  if (!response.ok || response.redirected) throw new Error("It could not be fetched.");
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  return template.content;
}

/** Copy a document, or a text of it, as the server has it: the page may show only its beginning. */
async function copy(button) {
  try {
    const response = await fetch(button.dataset.copy);
    if (!response.ok || response.redirected) throw new Error(response.statusText);
    const json = await response.text();
    await navigator.clipboard.writeText(json.startsWith('"') ? JSON.parse(json) : json);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Could not copy";
  }
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2000);
}
