// Saves a document while it is typed. At most one save is under way; each carries the version that it follows, so
// that none can overwrite what another tab or person saved. A save whose answer got lost is sent again as it was,
// until the server has said something: the server knows it again and acknowledges it.
import { forget, keep } from "./keep.js";
import { Refused, Unreachable, post } from "./server.js";

const PAUSE = 1_500; // after the last change
const LONGEST = 8_000; // between two saves while somebody types on
const KEEP_PAUSE = 300; // until what was typed is kept in the browser
const WAITS = [2_000, 4_000, 8_000, 15_000, 30_000]; // between tries without an answer

// state: "saved" | "typing" | "saving" | "offline" | "logged_out" | "stale" | "refused"
export class Autosave {
  // read() gives the pairs of the form; can() tells whether the server would take them at all; show(state, detail)
  // tells the person; loggedOut() logs in again and
  // resolves when that is done; made(answer) is told of a document that the first save made.
  constructor({ key, address, base, version, read, can, show, loggedOut, made }) {
    Object.assign(this, { key, address, base, version, read, can, show, loggedOut, made });
    this.typed = 0; // number of the newest change
    this.acknowledged = 0; // newest change that the server has
    this.underWay = null; // what was sent and not answered: {number, fields}
    this.busy = false;
    this.stopped = false;
    this.tries = 0;
    this.firstUnsaved = 0;
    addEventListener("online", () => this.soon(0));
  }

  get unsaved() {
    return this.typed !== this.acknowledged;
  }

  changed() {
    this.typed += 1;
    this.firstUnsaved ||= Date.now();
    if (!this.stopped) this.show("typing");
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keepHere(), KEEP_PAUSE);
    if (this.tries === 0) this.soon(Date.now() - this.firstUnsaved > LONGEST ? 0 : PAUSE);
  }

  keepHere() {
    clearTimeout(this.keeping);
    if (!this.unsaved) return Promise.resolve();
    const entry = { key: this.key, base: this.base, version: this.version, time: Date.now(), fields: this.read() };
    return keep(entry).catch((error) => console.warn(error));
  }

  soon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  // Saves what is unsaved; resolves when everything typed until now is acknowledged, or with false if it is not.
  async flush() {
    clearTimeout(this.timer);
    await this.keepHere();
    while (this.unsaved && !this.stopped) {
      if (this.busy) await this.running;
      else if (!(await this.save())) return false;
    }
    return !this.unsaved;
  }

  save() {
    if (this.busy || this.stopped || !this.unsaved || !this.can()) return Promise.resolve(!this.unsaved);
    this.busy = true;
    this.running = this.send().finally(() => (this.busy = false));
    return this.running;
  }

  async send() {
    this.underWay ??= { number: this.typed, fields: this.read(), base: this.base, version: this.version };
    const sent = this.underWay;
    this.firstUnsaved = 0;
    this.show("saving");
    let answer;
    try {
      answer = await post(this.address, [...sent.fields, ["base", sent.base], ["version", sent.version]]);
    } catch (error) {
      return this.failed(error);
    }
    this.underWay = null;
    this.tries = 0;
    this.version = answer.version;
    this.base = answer.base;
    this.acknowledged = sent.number;
    if (answer.document) {
      await forget(this.key).catch(() => {});
      this.made(answer);
    }
    if (this.unsaved) {
      await this.keepHere();
      this.soon(PAUSE);
    } else {
      await forget(this.key).catch(() => {});
      this.show("saved", answer);
    }
    return true;
  }

  async failed(error) {
    await this.keepHere();
    if (error instanceof Unreachable || error.status >= 500 || error.status === 429 || error.status === 408) {
      const wait = WAITS[Math.min(this.tries, WAITS.length - 1)];
      this.tries += 1;
      this.show("offline", error.problem);
      this.soon(wait);
      return false;
    }
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) {
      this.show("logged_out");
      await this.loggedOut();
      this.soon(0);
      return false;
    }
    // The server has answered: this save is not to be sent again as it was.
    this.underWay = null;
    if (error.status === 409) {
      this.stopped = true;
      this.show("stale", error.problem);
    } else {
      // Fields that a rule refuses: the next change tries again.
      this.tries = 0;
      this.show("refused", error.problem);
    }
    return false;
  }

  // A revision was saved otherwise, by a button.
  settled({ base, version }) {
    Object.assign(this, { base, version, acknowledged: this.typed, underWay: null, tries: 0, stopped: false });
    clearTimeout(this.timer);
    clearTimeout(this.keeping);
    return forget(this.key).catch(() => {});
  }
}
