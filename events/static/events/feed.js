/**
 * EventFeed: follows the live feed of the event server over its WebSocket, and never loses its place.
 *
 *     import { EventFeed } from "/static/events/feed.js";
 *
 *     const feed = new EventFeed({
 *       topics: ["entity.", "log.error"],          // beginnings of topics; ["*"] for everything
 *       project: "alpha",                          // optional: this project's events and those of none
 *       onEvent: (event, context) => …,            // context.replayed: it was missed and is made up for
 *       onDeleted: (id) => …,                      // optional: an event is gone; one missed is not made up for
 *       onResync: () => …,                         // too much was missed: load everything anew
 *       onState: (state, detail) => …,             // "connecting" | "open" | "waiting" | "closed"
 *     });
 *     feed.subscribe(["entity."], "beta");         // at any time, replaces topics and project
 *     feed.publish({ topic: "chat.typing" });      // fire and forget; false if there is no connection
 *     feed.close();
 *
 * Options:
 * - url: of the socket; default: /ws on this page's server.
 * - token: a login token or API key, or a function that returns one (or a promise of it); default: none, the
 *   session cookie of a logged-in browser.
 * - since: the position to begin after; default: now. `feed.position` is the highest position seen, to be
 *   kept by who wants to go on after a reload.
 * - sender: how this client is called in what it publishes; default: a random name. Events of one's own
 *   have it as `event.sender`, see `feed.sender`.
 *
 * After a lost connection it comes back by itself, after 0.5 s at first and up to 30 s later, not in step with
 * other clients, and at once when the browser is online again or the page is looked at. It then gets everything
 * it has missed, in order, before anything new. It gives up ("closed") when the server says that it may not
 * come in (4401) or does not understand it (4400, 4404); `detail` is then { code, reason }.
 */

const SILENCE = 15_000; // ms without any frame after which a connection is dead; heartbeats come every 2 s
const FIRST_PAUSE = 500;
const LAST_PAUSE = 30_000;
const FINAL = new Set([4400, 4401, 4404]);

export class EventFeed {
  #options;
  #topics;
  #project;
  #socket = null;
  #pause = FIRST_PAUSE;
  #timer = null;
  #watchdog = null;
  #state = null;
  #replaying = false;
  #wake = () => this.#state === "waiting" && this.#connect();
  #look = () => document.visibilityState === "visible" && this.#wake();

  constructor({ url, token, topics = ["*"], project = null, since = null, sender, onEvent, onDeleted, onResync, onState } = {}) {
    this.#options = {
      url: url ?? defaultUrl(),
      token: typeof token === "function" ? token : () => token,
      onEvent: onEvent ?? (() => {}),
      onDeleted,
      onResync: onResync ?? (() => {}),
      onState: onState ?? (() => {}),
    };
    this.#topics = [...topics];
    this.#project = project;
    this.position = since;
    this.sender = sender ?? randomName();
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.document?.addEventListener("visibilitychange", this.#look);
    this.#connect();
  }

  get state() {
    return this.#state;
  }

  /** Follow other topics, or another project, from now on. */
  subscribe(topics, project = this.#project) {
    this.#topics = [...topics];
    this.#project = project;
    if (this.#state === "open") this.#authenticate(this.#socket);
  }

  /** Stop following the events whose topics begin so. */
  unsubscribe(...topics) {
    this.subscribe(this.#topics.filter((topic) => !topics.includes(topic)));
  }

  /** Tell the other clients of an event that is not stored; return whether it could be sent. */
  publish(event) {
    if (this.#state !== "open") return false;
    this.#socket.send(JSON.stringify({ topic: "publish", event: { sender: this.sender, ...event } }));
    return true;
  }

  /** End it for good. */
  close() {
    globalThis.removeEventListener?.("online", this.#wake);
    globalThis.document?.removeEventListener("visibilitychange", this.#look);
    this.#hangUp();
    this.#enter("closed");
  }

  #enter(state, detail) {
    if (this.#state === "closed" || this.#state === state) return;
    this.#state = state;
    this.#options.onState(state, detail);
  }

  #connect() {
    this.#hangUp();
    this.#enter("connecting");
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    this.#stayAwake(socket);
    socket.onopen = () => this.#authenticate(socket);
    socket.onmessage = ({ data }) => socket === this.#socket && this.#receive(JSON.parse(data));
    socket.onclose = (closed) => socket === this.#socket && this.#lost(closed);
  }

  async #authenticate(socket) {
    try {
      const token = (await this.#options.token()) ?? null;
      if (socket !== this.#socket || socket.readyState !== WebSocket.OPEN) return;
      const frame = { topic: "auth", token, subscribe: this.#topics, project: this.#project };
      if (this.#options.onDeleted) frame.deletions = true;
      // A place to go on from; while the connection lasts, the server knows it.
      if (this.#state !== "open" && this.position !== null) frame.since = this.position;
      socket.send(JSON.stringify(frame));
    } catch (error) {
      socket.close(4000, "no token");
    }
  }

  #receive(frame) {
    this.#stayAwake(this.#socket);
    if (this.#state !== "open") {
      this.#pause = FIRST_PAUSE;
      this.#replaying = this.position !== null;
      this.#enter("open");
    }
    if (frame.topic === "heartbeat") {
      if ("position" in frame) this.#replaying = false;
    } else if (frame.topic === "resync") {
      this.#replaying = false;
      this.#call(this.#options.onResync);
    } else if (frame.topic === "event-deleted") {
      this.#call(this.#options.onDeleted, frame.id);
    } else if (frame.topic === "error") {
      console.warn("The event server refused a frame:", frame.detail);
    } else {
      this.#call(this.#options.onEvent, frame, { replayed: this.#replaying });
    }
    // Only now: who remembers the position has been told of everything up to it.
    if (frame.position > (this.position ?? -1)) this.position = frame.position;
  }

  /** A fault of the page must not cost it the connection. */
  #call(callback, ...given) {
    try {
      callback(...given);
    } catch (error) {
      console.error(error);
    }
  }

  #lost({ code, reason }) {
    this.#hangUp();
    if (FINAL.has(code)) {
      this.#enter("closed", { code, reason });
      return;
    }
    this.#enter("waiting", { code, reason });
    this.#timer = setTimeout(() => this.#connect(), this.#pause * (0.5 + Math.random() / 2));
    this.#pause = Math.min(2 * this.#pause, LAST_PAUSE);
  }

  /** A connection that says nothing for long is dead, though the browser does not know yet. */
  #stayAwake(socket) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => socket === this.#socket && this.#lost({ code: 1006, reason: "silence" }), SILENCE);
  }

  #hangUp() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#socket = null;
    if (socket && socket.readyState < WebSocket.CLOSING) socket.close(1000);
  }
}

function defaultUrl() {
  const url = new URL("/ws", globalThis.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

function randomName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
