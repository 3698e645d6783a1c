// The lineage of an event: from failure to failure, wherever they are folded away.

let last; // the id of the event that was gone to

/** Go to the next failed event of the tree, and from the last one to the first. */
export function nextFailure() {
  const nodes = [...document.querySelectorAll("[data-relative]")];
  const here = nodes.findIndex((node) => node.contains(document.activeElement));
  const begin = here < 0 ? nodes.findIndex((node) => node.dataset.relative === last) : here;
  const inTurn = [...nodes.slice(begin + 1), ...nodes.slice(0, begin + 1)];
  const next = inTurn.find((node) => node.dataset.status === "failed" && !node.hasAttribute("aria-current"));
  if (!next) return;
  last = next.dataset.relative;
  for (let branch = next.closest("details"); branch; branch = branch.parentElement.closest("details")) {
    if (!branch.firstElementChild.contains(next)) branch.open = true;
  }
  next.querySelector("a").focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
}
