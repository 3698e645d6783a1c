// Keyboard shortcuts: single keys, which mean nothing while one types.

const bindings = new Map();
let dialog;

/** Let a key do something; the description is what the help shows. Without an action it tells what the browser does. */
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
  for (const [key, { description }] of bindings) {
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
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    leave(event);
    return;
  }
  const binding = bindings.get(event.key);
  if (binding?.action && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    binding.action();
  }
});

/** With Escape one leaves a field, and what is typed stays. */
function leave(event) {
  if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  event.target.blur();
}

function isTyping(element) {
  return element.isContentEditable || (element.matches("input, textarea, select") && element.type !== "checkbox");
}
