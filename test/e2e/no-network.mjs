// Loaded before the program: a machine on which no name resolves. Each name that was asked for is written to stderr.
import dns from 'node:dns';
import { writeSync } from 'node:fs';

const lookup = dns.lookup;
dns.lookup = (name, ...rest) => {
  if (name === 'localhost' || name === '127.0.0.1') return lookup(name, ...rest);
  writeSync(2, `looked up ${name}\n`);
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
  const done = rest.at(-1);
  process.nextTick(() => done(error));
};
