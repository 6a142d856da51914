/**
 * A TCP proxy between engine and exchange that knows where messages begin: it keeps the wire's log, and does to bytes and
 * frames what networks and dying servers do.
 */
import { connect, createServer } from 'node:net';
import { now, sleep } from './processes.mjs';
import { FrameCutter, HttpCutter } from './wire.mjs';

export const ordersPath = '/trade-api/v2/portfolio/events/orders';
export const isOrder = ({ method, path }) => method === 'POST' && path === ordersPath;
export const isAccount = ({ method, path }) =>
  method === 'GET' && path.startsWith('/trade-api/v2/portfolio/');

/** Nothing is wrong. Durations in ms; `hold`: bytes wait until it is lifted. */
const fairWeather = () => ({
  /** Connections are reset as soon as they come. */
  refuse: false,
  /** Connections are accepted, and nothing is carried either way. */
  silent: false,
  /** The exchange's frames wait. */
  holdFrames: false,
  /** The exchange's frames arrive so much later. */
  frameDelayMs: 0,
  /** Everything from the exchange comes in slices: `{ bytes, everyMs }`. */
  slices: null,
  /** What becomes of a frame: `(frame, n) => Buffer`. */
  mangle: null,
  /** A connection is closed so soon after a reply. */
  idleMs: null,
  /** A connection is cut after so many bytes from the exchange. */
  bytesMax: null,
});

class Link {
  #proxy;
  #client;
  #upstream;
  #requests = new HttpCutter();
  #replies = new HttpCutter();
  #frames = null;
  /** Requests that have no reply yet, oldest first. */
  #asked = [];
  #down = [];
  #up = [];
  #isPumping = false;
  #bytesDown = 0;
  #frameCount = 0;
  #idle = null;

  constructor(proxy, client, port) {
    this.#proxy = proxy;
    this.#client = client;
    this.#upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    client.on('data', (bytes) => this.#fromClient(bytes));
    this.#upstream.on('data', (bytes) => this.#fromExchange(bytes));
    for (const socket of [client, this.#upstream]) {
      socket.on('error', () => this.reset());
      socket.on('close', () => this.#close());
    }
  }

  get isFeed() {
    return this.#frames !== null;
  }

  reset() {
    this.#client.resetAndDestroy();
    this.#upstream.destroy();
    this.#close();
  }

  #close() {
    clearTimeout(this.#idle);
    this.#proxy.links.delete(this);
    for (const entry of this.#asked.splice(0)) entry.isLost = true;
    // What was sent before its sender died reaches the exchange, but for what a silent line has swallowed.
    if (this.#proxy.weather.silent) this.#upstream.destroy();
    else this.#upstream.end();
    this.#client.end();
  }

  /** Lets go what a weather held back. */
  release() {
    for (const bytes of this.#up.splice(0)) this.#upstream.write(bytes);
    void this.#pump();
  }

  #send(bytes) {
    if (this.#proxy.weather.silent) this.#up.push(bytes);
    else if (!this.#upstream.destroyed) this.#upstream.write(bytes);
  }

  #fromClient(bytes) {
    clearTimeout(this.#idle);
    if (this.isFeed) return this.#send(bytes);
    for (const message of this.#requests.push(bytes, now())) {
      const [method, target = ''] = message.first.split(' ');
      const entry = {
        method,
        path: target.split('?')[0],
        startedMs: message.startedMs,
        body: message.body.toString(),
        status: null,
        repliedMs: null,
        isLost: false,
      };
      this.#proxy.log.push(entry);
      const act = this.#proxy.ruleFor('request', entry)?.(entry) ?? {};
      if (act.reset === true) {
        entry.isLost = true;
        return this.reset();
      }
      if (act.answer !== undefined) {
        entry.status = Number(act.answer.subarray(9, 12).toString());
        entry.repliedMs = now();
        this.#deliver(act.answer, 0, null);
        continue;
      }
      this.#asked.push(entry);
      this.#send(message.raw);
    }
  }

  #fromExchange(bytes) {
    if (this.isFeed) return this.#fromFeed(bytes);
    for (const message of this.#replies.push(bytes, now())) {
      const entry = this.#asked.shift();
      if (entry === undefined) continue;
      entry.status = Number(message.first.split(' ')[1]);
      entry.repliedMs = now();
      entry.reply = message.body;
      if (entry.status === 101) {
        this.#frames = new FrameCutter();
        this.#deliver(message.raw, 0, null);
        const rest = this.#replies.rest();
        if (rest.length > 0) this.#fromFeed(rest);
        return;
      }
      const act = this.#proxy.ruleFor('reply', entry)?.(entry) ?? {};
      if (act.reset === true) return this.reset();
      if (act.swallow === true) continue;
      this.#deliver(act.answer ?? message.raw, act.waitMs ?? 0, act.slices ?? null);
      const { idleMs } = this.#proxy.weather;
      if (idleMs !== null && this.#asked.length === 0)
        this.#idle = setTimeout(() => this.#client.end(), idleMs);
    }
  }

  #fromFeed(bytes) {
    for (const frame of this.#frames.push(bytes)) {
      const { weather } = this.#proxy;
      this.#proxy.ruleFor('frame', frame)?.(frame);
      this.#frameCount += 1;
      const raw = weather.mangle?.(frame, this.#frameCount) ?? frame.raw;
      this.#deliver(raw, weather.frameDelayMs, null);
    }
  }

  #deliver(bytes, waitMs, slices) {
    this.#down.push({ bytes, dueMs: now() + waitMs, slices });
    void this.#pump();
  }

  /** In order, when due, and not while the weather forbids it. */
  async #pump() {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      for (let next = this.#down[0]; next !== undefined; next = this.#down[0]) {
        const { weather } = this.#proxy;
        if (weather.silent || (this.isFeed && weather.holdFrames)) return;
        if (next.dueMs > now()) {
          await sleep(next.dueMs - now());
          continue;
        }
        this.#down.shift();
        await this.#write(next.bytes, next.slices ?? weather.slices);
      }
    } finally {
      this.#isPumping = false;
    }
  }

  async #write(bytes, slices) {
    const { bytesMax } = this.#proxy.weather;
    this.#bytesDown += bytes.length;
    if (bytesMax !== null && this.#bytesDown > bytesMax) {
      this.#client.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
      this.#client.destroySoon();
      return;
    }
    if (slices === null) {
      if (!this.#client.destroyed) this.#client.write(bytes);
      return;
    }
    for (let at = 0; at < bytes.length && !this.#client.destroyed; at += slices.bytes) {
      this.#client.write(bytes.subarray(at, at + slices.bytes));
      await sleep(slices.everyMs);
    }
  }
}

export class WireProxy {
  weather = fairWeather();
  links = new Set();
  /** Every request that was begun, oldest first. */
  log = [];
  connections = 0;
  port = 0;
  #server;
  #rules = [];
  #exchangePort;

  constructor(exchangePort) {
    this.#exchangePort = exchangePort;
    this.#server = createServer((client) => {
      this.connections += 1;
      client.on('error', () => client.destroy());
      if (this.weather.refuse) return client.resetAndDestroy();
      this.links.add(new Link(this, client, this.#exchangePort));
    });
  }

  async listen() {
    await new Promise((done) => this.#server.listen(0, '127.0.0.1', done));
    this.port = this.#server.address().port;
    return this;
  }

  close() {
    this.#server.close();
    for (const link of this.links) link.reset();
  }

  set(weather) {
    this.weather = { ...fairWeather(), ...weather };
    for (const link of this.links) link.release();
  }

  resetAll() {
    for (const link of this.links) link.reset();
  }

  /** Does `act` to the next `count` that match, after `skip` of them. `at`: 'request', 'reply', 'frame'. */
  rule({ at, match, act, count = 1, skip = 0 }) {
    const rule = { at, match, act, left: count, skip, hits: 0 };
    this.#rules.push(rule);
    return rule;
  }

  clearRules() {
    this.#rules = [];
  }

  ruleFor(at, what) {
    const rule = this.#rules.find((one) => one.at === at && one.left > 0 && one.match(what));
    if (rule === undefined) return null;
    if (rule.skip > 0) {
      rule.skip -= 1;
      return null;
    }
    rule.left -= 1;
    rule.hits += 1;
    return rule.act;
  }

  /** Orders that were begun since, on the monotonic clock. */
  posts(sinceMs = 0) {
    return this.log.filter((entry) => isOrder(entry) && entry.startedMs >= sinceMs);
  }
}
