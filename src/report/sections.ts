import type { Vertical } from '../domain/market.js';
import { bar, edgePlot, reliabilityPlot, shareBar } from './charts.js';
import type { Figures } from './figures.js';
import * as as from './format.js';
import type { Counts } from './funnel.js';
import { type Html, html, nothing } from './html.js';
import { section, table, toned } from './table.js';

/** Days that a page lists one by one; older ones are one line. */
const daysShown = 62;

const most = (values: readonly number[]): number => Math.max(0, ...values.map(Math.abs));
const gain = (micros: number): Html => toned(micros, as.gain(micros));
const key = html`<p class="key"><span><i class="ours"></i>ours</span><span><i></i>market’s mid</span></p>`;

export function profitByDay({ totals, byDay }: Figures): Html {
  const { days } = totals;
  const verticals = [...new Set([...byDay.values()].flatMap((day) => [...day.keys()]))].sort();
  const shown = days.slice(-daysShown);
  const older = days.slice(0, -daysShown);
  const longest = most(shown.map(({ realizedPnlMicros }) => realizedPnlMicros));
  const of = (day: string, vertical: Vertical): number => byDay.get(day)?.get(vertical) ?? 0;
  const rows = shown.map(({ day, orders, notionalMicros, feesMicros, realizedPnlMicros }) => [
    day,
    as.whole(orders.submitted),
    as.dollars(notionalMicros),
    as.dollars(feesMicros),
    ...verticals.map((vertical) => gain(of(day, vertical))),
    gain(realizedPnlMicros),
    bar(realizedPnlMicros, longest),
  ]);
  const sum = (pick: (day: (typeof days)[number]) => number): number =>
    older.reduce((total, day) => total + pick(day), 0);
  const before = [
    `${older.length} days before`,
    as.whole(sum(({ orders }) => orders.submitted)),
    as.dollars(sum(({ notionalMicros }) => notionalMicros)),
    as.dollars(sum(({ feesMicros }) => feesMicros)),
    ...verticals.map((vertical) => gain(sum(({ day }) => of(day, vertical)))),
    gain(sum(({ realizedPnlMicros }) => realizedPnlMicros)),
    '',
  ];
  return section(
    'Profit by day',
    'Realized profit net of fees, on the day it was booked.',
    table(
      [
        { name: 'day', kind: 'text' },
        { name: 'orders', isWide: true },
        { name: 'traded', isWide: true },
        { name: 'fees' },
        ...verticals.map((name) => ({ name, isWide: true })),
        { name: 'realized' },
        { name: '', kind: 'bar' as const },
      ],
      older.length > 0 ? [before, ...rows] : rows,
      [
        'total',
        as.whole(totals.orders.submitted),
        as.dollars(totals.notionalMicros),
        as.dollars(totals.feesMicros),
        ...verticals.map((vertical) =>
          gain(days.reduce((all, { day }) => all + of(day, vertical), 0)),
        ),
        gain(totals.realizedPnlMicros),
        '',
      ],
    ),
  );
}

export function profitByVertical({ verticals, forecasts }: Figures): Html {
  const longest = most(verticals.map(({ realizedMicros }) => realizedMicros));
  const brier = new Map(forecasts.byVertical.map((each) => [each.vertical, each]));
  return section(
    'Profit by vertical',
    'What each subject traded, paid and realized.',
    table(
      [
        { name: 'vertical', kind: 'text' },
        { name: 'fills' },
        { name: 'traded', isWide: true },
        { name: 'fees', isWide: true },
        { name: 'Brier, ours − market’s', isWide: true },
        { name: 'realized' },
        { name: '', kind: 'bar' },
      ],
      verticals.map(({ vertical, fills, notionalMicros, feesMicros, realizedMicros }) => {
        const each = brier.get(vertical);
        return [
          vertical,
          as.whole(fills),
          as.dollars(notionalMicros),
          as.dollars(feesMicros),
          as.gainScore(each === undefined ? null : each.ours - each.market),
          gain(realizedMicros),
          bar(realizedMicros, longest),
        ];
      }),
    ),
  );
}

export function calibration({ forecasts }: Figures): Html {
  const { all, byVertical, ours, market, waiting } = forecasts;
  if (all === null)
    return section(
      'Calibration',
      `No valued market has come out yet; ${as.whole(waiting)} are awaited.`,
    );
  const rows = [...byVertical, { vertical: 'all', ...all }].map((score) => [
    score.vertical,
    as.whole(score.snapshots),
    as.whole(score.events),
    as.score(score.ours),
    as.score(score.market),
    // A lower score is the better one.
    html`<span class="${score.ours < score.market ? 'gain' : 'loss'}">${as.gainScore(score.ours - score.market)}</span>`,
    score.low === null
      ? 'too few events'
      : `${as.gainScore(score.low)} to ${as.gainScore(score.high)}`,
  ]);
  return section(
    'Calibration',
    'Fair values beside the mid of the same window, on markets that have come out. On the line, what was said is what happened.',
    key,
    reliabilityPlot(ours, market),
    table(
      [
        { name: 'Brier score', kind: 'text' },
        { name: 'verdicts', isWide: true },
        { name: 'events' },
        { name: 'ours' },
        { name: 'market' },
        { name: 'difference' },
        { name: '95 % interval', isWide: true },
      ],
      rows.slice(0, -1),
      rows.at(-1) ?? null,
    ),
  );
}

export function edges({ trades }: Figures): Html {
  if (trades.edges.length === 0)
    return section('Edge, expected and realized', 'No market that was traded has come out yet.');
  const range = (from: number, to: number): string =>
    to === Number.POSITIVE_INFINITY
      ? `${from}¢ and more`
      : from <= 0
        ? `below ${to}¢`
        : `${from} to ${to}¢`;
  return section(
    'Edge, expected and realized',
    'Cents a contract, net of fees, of orders in markets that have come out. Bars: 95 % interval over markets.',
    html`<p class="key"><span><i class="ours"></i>orders by the edge they were sent for</span></p>`,
    edgePlot(trades.edges),
    table(
      [
        { name: 'edge', kind: 'text' },
        { name: 'orders' },
        { name: 'contracts', isWide: true },
        { name: 'expected' },
        { name: 'realized' },
        { name: '±', isWide: true },
      ],
      trades.edges.map((bin) => [
        range(bin.fromCents, bin.toCents),
        as.whole(bin.orders),
        as.contracts(bin.contracts),
        as.gainCents(bin.expectedCents),
        toned(bin.realizedCents, as.gainCents(bin.realizedCents)),
        bin.halfCents === null ? 'too few' : as.cents(bin.halfCents),
      ]),
    ),
  );
}

export function fillQuality({ fills, totals, markouts }: Figures): Html {
  if (fills.fills === 0) return section('Fills', 'Nothing was filled.');
  const { orders } = totals;
  const wait = fills.waitMs;
  const rows: readonly (readonly [string, string, string])[] = [
    [
      'better than the limit',
      as.gainCents(fills.belowLimitCents),
      `${as.whole(fills.fills)} fills`,
    ],
    [
      'against the mid at the decision',
      as.gainCents(fills.belowMidCents),
      `${as.whole(fills.midKnown)} fills with a mid`,
    ],
    [
      'against the cost walked at the decision',
      as.gainCents(fills.belowWalkedCents),
      'slippage, fee included',
    ],
    ['fee', as.cents(fills.feeCents), 'a contract'],
    [
      'filled of what was ordered',
      as.percent(fills.filledShare),
      `${as.contracts(fills.contracts)} contracts`,
    ],
    ['partly filled orders', as.whole(orders.partial), `of ${as.whole(orders.submitted)}`],
    [
      'from sending to the fill',
      as.duration(wait?.median ?? null),
      `median; 90 % within ${as.duration(wait?.p90 ?? null)}`,
    ],
  ];
  return section(
    'Fills',
    'Cents a contract, weighted by contracts; above 0 is in our favour.',
    table([{ name: '', kind: 'text' }, { name: '' }, { name: '', kind: 'text' }], rows),
    html`<h3>Markout</h3>`,
    table(
      [
        { name: 'after the fill', kind: 'text' },
        { name: 'mid less price paid' },
        { name: 'fills known' },
        { name: 'unknown' },
      ],
      markouts.map(({ minutes, known, unknown, centsMean }) => [
        `${minutes} min`,
        centsMean === null ? 'unknown' : toned(centsMean, as.gainCents(centsMean)),
        as.whole(known),
        as.whole(unknown),
      ]),
    ),
  );
}

export function costs({ totals, bills }: Figures): Html {
  const { treasury, feesMicros, notionalMicros, gainsMicros, inferenceMicros, realizedPnlMicros } =
    totals;
  const share = (of: number): string => (of > 0 ? as.percent(feesMicros / of) : as.none);
  const ratio = treasury.selfFundingRatio;
  const rows: readonly (readonly [string, string])[] = [
    ['fees', as.dollars(feesMicros)],
    ['of what was traded', share(notionalMicros)],
    ['of gains', share(gainsMicros)],
    ['Claude, billed or booked for it', as.smallDollars(inferenceMicros)],
    ...bills.map(({ model, questions, costMicros }): readonly [string, string] => [
      `${model}, ${as.whole(questions)} questions`,
      as.smallDollars(costMicros),
    ]),
    ['set aside out of profit', as.dollars(treasury.appropriatedMicros)],
    ['self-funding', ratio === null ? 'not yet known' : `${ratio.toFixed(2)} ×`],
    ['realized less Claude', as.gain(realizedPnlMicros - inferenceMicros)],
  ];
  return section('Fees and inference', '', table([{ name: '', kind: 'text' }, { name: '' }], rows));
}

const reasons = (title: string, counts: Counts): Html => {
  const all = [...counts.values()].reduce((sum, each) => sum + each, 0);
  if (all === 0) return nothing;
  const rows = [...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  return html`<h3>${title}</h3>${table(
    [
      { name: 'reason', kind: 'text' },
      { name: 'count' },
      { name: 'share' },
      { name: '', kind: 'bar' },
    ],
    rows.map(([reason, n]) => [
      as.words(reason),
      as.whole(n),
      as.percent(n / all),
      shareBar(n / all),
    ]),
  )}`;
};

export function funnel({ funnel: of, totals }: Figures): Html {
  const { screening, orders } = of;
  const filled = orders.filled + orders.partial;
  const listed: readonly (readonly [string, number | null])[] = [
    ['listed by the exchange', screening?.scanned ?? null],
    ['kept', screening?.kept ?? null],
    ['selected', screening?.selected ?? null],
  ];
  const steps: readonly (readonly [string, number | null])[] = [
    ...listed,
    ['valued', of.valued],
    ['with a fair value', of.withFair],
    ['candidates, sized', of.taken],
    ['intents', of.intents],
    ['orders sent', orders.submitted],
    ['filled, whole or in part', filled],
  ];
  const rows = steps.map(([name, n], at) => {
    const before = steps[at - 1]?.[1] ?? null;
    const share = n === null || before === null || before === 0 ? null : n / before;
    return [
      name,
      n === null ? 'not in the ledger' : as.whole(n),
      share === null ? '' : as.percent(share),
      share === null ? '' : shareBar(share),
    ];
  });
  return html`${section(
    'From listed to filled',
    `Sums over ${as.whole(totals.cycles)} windows: a market counts once in each. Shares are of the step before; ${as.whole(of.betweenWindows)} of the intents arose between windows.`,
    table(
      [
        { name: '', kind: 'text' },
        { name: 'count' },
        { name: 'of the step before' },
        { name: '', kind: 'bar', isWide: true },
      ],
      rows,
    ),
  )}<div class="two"><div>${reasons('Not selected', new Map(Object.entries(screening?.dropped ?? {})))}${reasons('Refused by the executor', of.refusedByExecutor)}${reasons('Withdrawn before sending', of.withdrawn)}${reasons('Rejected by the exchange', of.rejectedWhy)}</div><div>${reasons('Refused in valuation', of.refusedInValuation)}</div></div>`;
}
