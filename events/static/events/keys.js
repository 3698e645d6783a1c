// Keyboard shortcuts: single keys, which mean nothing while one types.

const bindings = new Map();
let dialog;

/** Let a key do something; the description is what the help shows. */
export function bind(key, description, action) {
  bindings.set(key, { description, action });
}

/** Show what the keys of this page do. */
export function showHelp() {
  dialog?.remove();
  dialog = document.createElement("dialog");
  dialog.className = "shortcuts";
  dialog.setAttribute("aria-label", "Keyboard shortcuts");
  const title = document.createElement("h2");
  title.textContent = "Keyboard shortcuts";
  const list = document.createElement("dl");
  for (const [key, { description }] of [...bindings, ["Enter", { description: "Open the event" }]]) {
    const term = document.createElement("dt");
    const symbol = document.createElement("kbd");
    symbol.textContent = key;
    term.append(symbol);
    const meaning = document.createElement("dd");
    meaning.textContent = description;
    list.append(term, meaning);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(title, list, close);
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const binding = bindings.get(event.key);
  if (binding && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    binding.action();
  }
});

function isTyping(element) {
  return element.isContentEditable || (element.matches("input, textarea, select") && element.type !== "checkbox");
}
