// Summary and payload of an event: what is unfolded is fetched then, all of it can be copied, and it is left as it is
// while somebody reads it.

/** Let the documents of the page unfold and be copied. */
export function unfolding(root) {
  // "toggle" does not bubble, so it is caught on its way down.
  root.addEventListener("toggle", ({ target }) => target.open && target.dataset.load && fill(target), true);
  root.addEventListener("click", (event) => {
    const link = event.target.closest(".json-more");
    const button = event.target.closest("[data-copy]");
    if (link) {
      event.preventDefault();
      goOn(link);
    } else if (button) {
      copy(button);
    }
  });
  offerCopies(root);
}

/** Let a document take the place of what it was before: what can be unfolded is, as far as it was. */
export function takeOver(fresh, part) {
  offerCopies(fresh);
  const groups = [...part.querySelectorAll(".json-group")];
  const isOpen = new Map(groups.map((group) => [pathOf(group), group.open]));
  for (const group of fresh.querySelectorAll(".json-group")) group.open = isOpen.get(pathOf(group)) ?? group.open;
}

/** Tell whether somebody has marked some of a text, or gone far into a large document. */
export function isRead(part) {
  const selection = getSelection();
  if (!selection.isCollapsed && selection.containsNode(part, true)) return true;
  const boxes = [...part.querySelectorAll("[data-scrolls]")];
  return part.querySelector("[data-fetched]") !== null || boxes.some((box) => box.scrollTop > 0);
}

function offerCopies(root) {
  if (!navigator.clipboard) return; // browsers have none for pages over plain HTTP from other machines
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

/** Return what leads to an object or array: keys, and numbers among the groups of an array. */
function pathOf(group) {
  const above = group.parentElement.closest(".json-group");
  const key = group.querySelector(":scope > summary > .json-key")?.textContent;
  const number = [...group.parentElement.querySelectorAll(":scope > .json-group")].indexOf(group);
  return `${above ? pathOf(above) : ""}/${key ?? number}`;
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
    group.dataset.fetched = "";
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
    link.closest(".json-group").dataset.fetched = "";
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
