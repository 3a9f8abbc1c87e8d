// The stream of server-sent events, and what to do when it breaks.

/** Without a word from the server for so long, the connection is taken for lost. It says something each second. */
const SILENCE = 5000;
const RETRY = 1000;

/**
 * Listens to the server until the page is closed. `handlers` has a function for each name of an event, which gets its
 * data, and `connected` and `lost`, the latter with the time at which the connection broke.
 */
export class EventStream {
  #address;
  #handlers;
  #source = null;
  #heard = Date.now();
  #isLost = false;

  constructor(address, handlers) {
    this.#address = address;
    this.#handlers = handlers;
    this.#open();
    setInterval(() => this.#watch(), 1000);
    // A machine that slept finds out at once.
    addEventListener('online', () => this.#open());
  }

  #open() {
    this.#source?.close();
    this.#source = new EventSource(this.#address);
    for (const name of ['view', 'total', 'window', 'status']) {
      this.#source.addEventListener(name, (event) => this.#receive(name, event.data));
    }
    this.#source.onerror = () => {
      this.#lose();
      // A refused answer closes it for good; a broken one is tried again by the browser itself.
      if (this.#source.readyState === EventSource.CLOSED) this.#reopenLater();
    };
  }

  #reopenLater() {
    const source = this.#source;
    setTimeout(() => {
      if (source === this.#source) this.#open();
    }, RETRY);
  }

  #receive(name, text) {
    this.#heard = Date.now();
    if (this.#isLost) {
      this.#isLost = false;
      this.#handlers.connected();
    }
    this.#handlers[name](JSON.parse(text));
  }

  #watch() {
    if (Date.now() - this.#heard < SILENCE) return;
    this.#lose();
    // Half-open connections never end by themselves.
    if (Date.now() - this.#heard > 3 * SILENCE) {
      this.#heard = Date.now();
      this.#open();
    }
  }

  #lose() {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#handlers.lost(new Date(this.#heard));
  }
}
