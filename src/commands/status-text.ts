import type { Settings } from '../config/schema.js';
import type { LatchLevel } from '../domain/records.js';
import {
  cents,
  clockTime,
  contracts,
  cutMiddle,
  dollars,
  foreign,
  type Paint,
  priceCents,
  signedDollars,
  smallDollars,
  table,
  words,
} from '../sinks/console/text.js';
import type { State, StateReading } from './state-reading.js';

const labelWidth = 12;
const tickerWidth = 40;
/** Rows of each table; `--json` has all. */
const rowsMax = 20;

const labelled = (label: string, text: string): string => `${label.padEnd(labelWidth)}${text}`;

export const levelWords: Readonly<Record<LatchLevel, string>> = {
  pause: 'no new risk; positions may be reduced',
  cancel: 'what rested is canceled, no new risk; positions may be reduced',
  halt: 'nothing is sent',
};

/** "3 s", "12 min", "5 h", "2 d" */
export function age(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.floor(seconds / 3_600)} h`
    : `${Math.floor(seconds / 86_400)} d`;
}

function engineLine({ engine, ageMs, state }: StateReading, paint: Paint): string {
  const written = `state written ${age(ageMs)} ago (${state.asOf.slice(0, 19).replace('T', ' ')} UTC by the market's clock)`;
  if (engine === null) return `${paint('yellow', 'no engine runs')} · ${written}`;
  const who = engine.pid === null ? 'running' : `running as process ${engine.pid}`;
  return `${paint('green', who)} · run ${state.run} · ${written}`;
}

/** What holds trading back, and how it is lifted. */
function latchLines(
  { state, engine, waiting }: StateReading,
  resume: string,
  paint: Paint,
): readonly string[] {
  const held = Object.entries(state.latches);
  const asked = waiting.map((name) =>
    labelled('', paint('yellow', `${name} waits for an engine to take it`)),
  );
  if (held.length === 0)
    return [
      labelled('trading', engine === null ? 'nothing holds it back' : paint('green', 'on')),
      ...asked,
    ];
  const lines = held.map(([cause, { level, why, at }], line) =>
    labelled(
      line === 0 ? 'trading' : '',
      paint(
        'red',
        `${level.toUpperCase()} since ${clockTime(at)}: ${words(cause)}, ${foreign(why)} (${levelWords[level]})`,
      ),
    ),
  );
  const lift = `once you know why: ${resume}`;
  return [...lines, labelled('', lift), ...asked];
}

function positionLines({ positions }: State, paint: Paint): readonly string[] {
  if (positions.length === 0) return [labelled('positions', 'none')];
  const rows = positions.slice(0, rowsMax).map(({ ticker, quantity, cost, mark }) => {
    const held = Math.abs(quantity);
    const worth = mark === null ? null : held * mark;
    return [
      cutMiddle(ticker, tickerWidth),
      `${quantity > 0 ? 'YES' : 'NO'} ${contracts(held)}`,
      cents(cost / held / 10_000),
      mark === null ? 'unknown' : priceCents(mark),
      worth === null ? '–' : signedDollars(worth - cost),
    ];
  });
  const head = ['market', 'held', 'entry', 'exit', 'unrealized'].map((name) => paint('dim', name));
  return [
    labelled('positions', String(positions.length)),
    ...table(['<', '>', '>', '>', '>'], [head, ...rows]).map((line) => `   ${line}`),
    ...more(positions.length),
  ];
}

function orderLines({ openOrders }: State, paint: Paint): readonly string[] {
  if (openOrders.length === 0) return [labelled('open orders', 'none')];
  const rows = openOrders
    .slice(0, rowsMax)
    .map(({ ticker, side, count, limit, status, filled }) => [
      cutMiddle(ticker, tickerWidth),
      `${side.toUpperCase()} ${contracts(count)}`,
      `up to ${priceCents(limit)}`,
      status === 'unknown'
        ? paint('yellow', 'UNKNOWN: its market waits until it is found')
        : status,
      filled === 0 ? '' : `${contracts(filled)} filled`,
    ]);
  return [
    labelled('open orders', String(openOrders.length)),
    ...table(['<', '>', '<', '<', '<'], rows).map((line) => `   ${line}`),
    ...more(openOrders.length),
  ];
}

const more = (count: number): readonly string[] =>
  count > rowsMax ? [`   … and ${count - rowsMax} more; --json has all`] : [];

/** The account for a person: what it is, whether it trades, what it has and what it risks. `resume`: what to type for it. */
export function statusText(
  reading: StateReading,
  settings: Settings,
  resume: string,
  paint: Paint,
): readonly string[] {
  const { state } = reading;
  const { orders, day, external } = state;
  const lossMax = dollars(settings.maxDailyLoss);
  const gain = signedDollars(0 - state.dayLossMicros);
  const strangers = [
    [external.orders, 'orders'],
    [external.fills, 'fills'],
    [external.positions, 'positions'],
  ] as const;
  const foreigners = strangers.filter(([count]) => count > 0);
  return [
    paint(
      'bold',
      `EventTradingBot · ${state.mode} mode · ${state.environment} exchange · account ${foreign(state.account)}`,
    ),
    engineLine(reading, paint),
    '',
    ...latchLines(reading, resume, paint),
    labelled('cash', dollars(state.cashMicros)),
    labelled(
      'at risk',
      `${dollars(state.exposureMicros)} of at most ${dollars(settings.maxOpenExposure)}`,
    ),
    labelled('equity', `${dollars(state.equityMicros)} at exit prices last seen`),
    labelled(
      'today',
      day === null
        ? 'has not begun'
        : `${gain} on ${day.key}; trading stops at a loss of ${lossMax}`,
    ),
    labelled(
      'in all',
      `${signedDollars(state.realizedPnlMicros)} realized net of ${dollars(state.feesMicros)} in fees`,
    ),
    labelled(
      'orders',
      `${orders.filled} filled · ${orders.partial} partial · ${orders.canceled} canceled · ${orders.rejected} rejected · ${orders.unknown} unknown · ${orders.open} open`,
    ),
    labelled(
      'Claude',
      state.treasury.calls === 0
        ? 'never asked'
        : `${state.treasury.calls} questions, ${smallDollars(state.inferenceMicros)}, of it ${smallDollars(state.treasury.spentToday)} today of at most ${smallDollars(settings.inferenceDailyCap)}`,
    ),
    ...(foreigners.length === 0
      ? []
      : [
          labelled(
            'not ours',
            paint('yellow', foreigners.map(([count, what]) => `${count} ${what}`).join(', ')),
          ),
        ]),
    '',
    ...positionLines(state, paint),
    '',
    ...orderLines(state, paint),
  ];
}
