// Times as the reader's clock has them. The exact time in UTC stays in the title.

const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
const today = new Intl.DateTimeFormat("en-GB", TIME);
const thisYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const longAgo = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const long = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  ...TIME,
  timeZoneName: "short",
});
export const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric" });
const FORMS = { long: long.format, clock: clock.format, day: day.format, short };

/** Put all times below an element into the reader's zone. */
export function localise(root) {
  for (const time of root.querySelectorAll("time[data-form]")) {
    time.textContent = FORMS[time.dataset.form](new Date(time.dateTime));
  }
}

function short(moment) {
  const now = new Date();
  if (moment.toDateString() === now.toDateString()) return today.format(moment);
  return (moment.getFullYear() === now.getFullYear() ? thisYear : longAgo).format(moment);
}

/** Let a field hold a moment in the reader's zone, and send it in UTC. The words about the zone beside it go away. */
export function localiseField(field) {
  field.closest(".field, .form-row").querySelector(".zone")?.remove();
  const moment = new Date(hasZone(field.value) ? field.value : `${field.value}Z`);
  const sent = document.createElement("input");
  sent.type = "hidden";
  sent.name = field.name;
  sent.value = field.value;
  field.removeAttribute("name");
  const isMoment = !Number.isNaN(moment.valueOf());
  if (isMoment || field.value === "") {
    field.value = "";
    field.type = "datetime-local";
    field.step = "1";
    if (isMoment) field.value = inZone(moment);
  }
  field.addEventListener("input", () => {
    const chosen = new Date(field.value);
    sent.value = Number.isNaN(chosen.valueOf()) ? field.value : chosen.toISOString().replace(".000Z", "Z");
  });
  field.after(sent);
}

function hasZone(text) {
  return /(Z|[+-]\d\d:?\d\d)$/i.test(text);
}

function inZone(moment) {
  const shifted = new Date(moment.valueOf() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}
