/** Numbers as they are written on the page: prices in cents, money in dollars, ages in seconds and minutes, null as a dash. */

export const unknown = '–';
const minus = '−';

/** Making one of these costs more than the numbers of a whole table. */
const writers = Array.from(
  { length: 7 },
  (_, decimals) =>
    new Intl.NumberFormat('en-US', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    }),
);
const digits = (value: number, decimals: number): string =>
  writers[decimals]?.format(Math.abs(value)) ?? unknown;

/** A value that is written as zero has no sign. */
const sign = (value: number, decimals: number): string =>
  value < 0 && Math.round(value * 10 ** decimals) !== 0 ? minus : '';

const known = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);

/** Micro-dollars: `$1,234.56`; below a cent four decimals, because inference costs that little. */
export function money(micros: number | null | undefined): string {
  if (!known(micros)) return unknown;
  const dollars = micros / 1_000_000;
  const decimals = micros !== 0 && Math.abs(dollars) < 0.01 ? 4 : 2;
  return `${sign(dollars, decimals)}$${digits(dollars, decimals)}`;
}

/** Micro-dollars to the last digit, for sums that have to add up: `$0.62`, `$0.017`, `−$1.2345`. */
export function exact(micros: number | null | undefined): string {
  if (!known(micros)) return unknown;
  const decimals = Math.abs(micros) % 10_000 === 0 ? 2 : 6;
  const text = digits(micros / 1_000_000, decimals);
  return `${sign(micros, 0)}$${decimals === 2 ? text : text.replace(/0{1,3}$/, '')}`;
}

/** As `money`, with a plus for a gain. */
export const change = (micros: number | null | undefined): string =>
  known(micros) && micros > 0 ? `+${money(micros)}` : money(micros);

/** A probability as the price it stands for: `62.4¢`. */
export const cents = (probability: number | null | undefined, decimals = 1): string =>
  known(probability) ? `${digits(probability * 100, decimals)}¢` : unknown;

/** Dollars per contract as signed cents: `+3.2¢`. */
export function edge(dollars: number | null | undefined): string {
  if (!known(dollars)) return unknown;
  const inCents = dollars * 100;
  const mark = sign(inCents, 1) || (Math.round(inCents * 10) > 0 ? '+' : '');
  return `${mark}${digits(inCents, 1)}¢`;
}

/** A price of $0.0001 steps: `62¢`, `62.5¢`, `62.25¢`. */
export const price = (steps: number | null | undefined): string =>
  known(steps) ? `${Number((steps / 100).toFixed(2))}¢` : unknown;

/** Hundredths of a contract: `12`, `12.50`. */
export function contracts(hundredths: number | null | undefined): string {
  if (!known(hundredths)) return unknown;
  const whole = hundredths / 100;
  const decimals = hundredths % 100 === 0 ? 0 : 2;
  return `${sign(whole, decimals)}${digits(whole, decimals)}`;
}

export const count = (value: number | null | undefined): string =>
  known(value) ? `${sign(value, 0)}${digits(value, 0)}` : unknown;

/** 0..1 as `62 %`. */
export const percent = (ratio: number | null | undefined, decimals = 0): string =>
  known(ratio) ? `${sign(ratio * 100, decimals)}${digits(ratio * 100, decimals)} %` : unknown;

export const score = (value: number | null | undefined): string =>
  known(value) ? value.toFixed(4) : unknown;

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long: `3 s`, `12 min`, `5 h 10 min`, `3 d 4 h`. Never negative: clocks differ by a little. */
export function age(ms: number | null | undefined): string {
  if (!known(ms)) return unknown;
  const left = Math.max(0, ms);
  if (left < minute) return `${Math.floor(left / second)} s`;
  if (left < hour) return `${Math.floor(left / minute)} min`;
  if (left < day) return two(left, hour, 'h', minute, 'min');
  return two(left, day, 'd', hour, 'h');
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string) {
  const rest = Math.floor((ms % large) / small);
  const head = `${Math.floor(ms / large)} ${largeName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}

/** Until a market closes: `12 min`. */
export const until = (at: number | null | undefined, now: number | null): string => {
  if (!known(at) || now === null) return unknown;
  return at <= now ? 'awaits result' : age(at - now);
};

const padded = (value: number): string => String(value).padStart(2, '0');

/** The clock of whoever looks: `14:05:09`. */
export function clockTime(at: number | null | undefined): string {
  if (!known(at)) return unknown;
  const date = new Date(at);
  return `${padded(date.getHours())}:${padded(date.getMinutes())}:${padded(date.getSeconds())}`;
}

/** `2026-11-23 14:05:09`, by the clock of whoever looks: for where the zone is named beside it. */
export function dateTime(at: number | null | undefined): string {
  if (!known(at)) return unknown;
  const date = new Date(at);
  const days = `${date.getFullYear()}-${padded(date.getMonth() + 1)}-${padded(date.getDate())}`;
  return `${days} ${clockTime(at)}`;
}

/** The zone of whoever looks, as it is at that moment: `UTC`, `UTC+1`, `UTC−3:30`. Terminal and files say UTC. */
function zoneAt(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? '' : `:${padded(size % 60)}`;
  return `UTC${minutes < 0 ? minus : '+'}${Math.floor(size / 60)}${rest}`;
}

/** `2026-11-23 14:05:09 UTC+1`: a moment that stands alone. */
export const moment = (at: number | null | undefined): string =>
  known(at) ? `${dateTime(at)} ${zoneAt(at)}` : unknown;

/** What somebody else called a thing, without the exchange's marks for bold; its ticker where it has no name. */
export const named = (title: string, ticker: string): string =>
  title === '' ? ticker : title.replaceAll('**', '');

/** The same for a narrow column: what all questions begin with tells none from another. */
export const briefly = (title: string, ticker: string): string =>
  named(title, ticker).replace(/(^| · )Will (?:the )?/, '$1');

/** As a sentence, whoever wrote it: with its end. */
export const sentence = (text: string): string => (/[.?!…]$/.test(text) ? text : `${text}.`);

/** A code as words: `edge_too_small` → `edge too small`. */
export const words = (code: string): string => code.replaceAll('_', ' ');

/** A value of one of the units a limit may have. */
export function inUnit(unit: 'micros' | 'count' | 'ratio', value: number | null): string {
  if (unit === 'micros') return money(value);
  return unit === 'count' ? count(value) : percent(value, 1);
}
