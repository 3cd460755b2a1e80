// Waiting for what arrives, but not for ever. Runs in Node and in browsers.

const LIMIT = 10_000;

/** Fails instead of waiting for ever. */
export function within(promise, what, limit = LIMIT) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`gave up waiting for ${what}`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Keeps what arrives until somebody asks for it. */
export class Inbox {
  #kept = [];
  #waiting = [];

  put(item) {
    const next = this.#waiting.shift();
    if (next) next(item);
    else this.#kept.push(item);
  }

  get size() {
    return this.#kept.length;
  }

  take(what = 'a message') {
    if (this.#kept.length > 0) return Promise.resolve(this.#kept.shift());
    return within(new Promise((resolve) => this.#waiting.push(resolve)), what);
  }

  async json(what) {
    return JSON.parse((await this.take(what)).body);
  }
}
