// The place in the list that one comes from and goes back to. It is kept in the tab, and the server is not asked.

const ORDER = "events.order"; // the addresses of the list's events as it was left, in their order
const LEFT = "events.left"; // the id of the event from which one goes back

/** Keep the order of the rows for the pages of their events; go on at the row that one comes back to. */
export function keepPlace(table) {
  const links = () => [...table.querySelectorAll("tbody tr:not(.gone) .cell-topic a")];
  window.addEventListener("pagehide", () => sessionStorage.setItem(ORDER, JSON.stringify(links().map(addressOf))));
  const id = sessionStorage.getItem(LEFT);
  sessionStorage.removeItem(LEFT);
  const link = id && table.querySelector(`[data-id="${CSS.escape(id)}"] .cell-topic a`);
  if (!link) return;
  link.focus({ preventScroll: true });
  link.closest("tr").scrollIntoView({ block: "center" });
}

/** Remember whose page leads back to the list. */
export function markLeft(id) {
  sessionStorage.setItem(LEFT, id);
}

/** Return the addresses of the events before and after this page's in the list that led here, as far as there are. */
export function neighbours() {
  const order = JSON.parse(sessionStorage.getItem(ORDER) ?? "[]");
  const here = order.indexOf(addressOf(location));
  return here < 0 ? {} : { previous: order[here - 1], next: order[here + 1] };
}

function addressOf({ pathname, search }) {
  return pathname + search;
}
