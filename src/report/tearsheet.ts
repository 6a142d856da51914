import { createHash } from 'node:crypto';
import { script, style } from './assets.js';
import type { Figures } from './figures.js';
import * as as from './format.js';
import { type Html, html, json, type Part, raw } from './html.js';
import {
  calibration,
  costs,
  edges,
  fillQuality,
  funnel,
  profitByDay,
  profitByVertical,
} from './sections.js';
import { section, table, toned } from './table.js';
import { winsAndLosses } from './trade-list.js';

/** uPlot's own files, put into the page as they are. */
export type ChartLibrary = { readonly script: string; readonly style: string };

/** A table that a run or backtest adds, all of it text; its first column names the row. */
export type ExtraTable = {
  readonly title: string;
  readonly lead: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

export type TearsheetSource = {
  readonly title: string;
  readonly figures: Figures;
  /** What is to be known before anything is believed, as that fills are estimates. */
  readonly notes: readonly string[];
  /** Right below the headline figures. */
  readonly tables: readonly ExtraTable[];
  readonly library: ChartLibrary;
};

/** One page that needs nothing but itself: figures, drawings, styles and scripts. Deterministic: same source, same bytes. */
export function tearsheetOf(source: TearsheetSource): string {
  const { title, figures, notes, tables, library } = source;
  const styles = library.style + style;
  const scripts = library.script + script;
  const { genesis, from, to, zone, totals, headHash } = figures;
  const policy = `default-src 'none'; style-src ${hashOf(styles)}; script-src ${hashOf(scripts)}; img-src data:; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">
<title>${title}</title><style>${raw(styles)}</style></head><body><main>
<header><h1>${title}</h1>
<p class="sub">${as.moment(from, zone)} to ${as.moment(to, zone)} (${zone}) · ${genesis.mode}, ${genesis.environment}, ${genesis.account} · ${as.whole(totals.cycles)} windows, ${as.whole(totals.runs)} ${totals.runs === 1 ? 'run' : 'runs'}</p>
${notes.map((note) => html`<p class="note">${note}</p>`)}</header>
${headline(figures)}
${tables.map((extra) => extraTable(extra))}
${section(
  'Equity',
  'Profit since the start, net of fees; deposits left out. Marked: open positions at their last known exit price, at cost where there never was one.',
  html`<div class="chart" id="equity"></div><h3>Drawdown</h3><div class="chart" id="drawdown"></div>`,
)}
${profitByDay(figures)}
${profitByVertical(figures)}
<div class="two">${calibration(figures)}${edges(figures)}</div>
<div class="two">${fillQuality(figures)}${costs(figures)}</div>
${funnel(figures)}
${winsAndLosses(figures)}
<footer><p>${as.whole(totals.records)} ledger records, head ${headHash}. All figures are computed from these records alone; listed, kept and selected are from the run’s cycle reports.</p>
<p>Unknown is said as such: markouts come from later verdicts of the same market, and one without a verdict near its moment has none.</p></footer>
</main>
<script type="application/json" id="curve">${curveData(figures)}</script>
<script>${raw(scripts)}</script></body></html>
`;
  return page.text;
}

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

function headline(figures: Figures): Html {
  const { totals, markedMicros, drawdown, trades, forecasts, latches } = figures;
  const { orders } = totals;
  const filled = orders.filled + orders.partial;
  const kpi = (name: string, value: Part, detail: string): Html =>
    html`<div><dt>${name}</dt><dd>${value}<small>${detail}</small></dd></div>`;
  const money = (micros: number): Html => toned(micros, as.gain(micros));
  const { all } = forecasts;
  const held = [...latches].map(([cause, n]) => `${as.words(cause)} ${n}×`).join(', ');
  return html`<dl class="kpis">
${kpi('Realized', money(totals.realizedPnlMicros), `gains ${as.dollars(totals.gainsMicros)}, losses ${as.dollars(totals.lossesMicros)}`)}
${kpi('Marked', money(markedMicros), `${as.whole(totals.openPositions)} positions open, ${as.dollars(totals.exposureMicros)} at risk`)}
${kpi('Deepest drawdown', money(drawdown?.micros ?? 0), drawdown === null ? 'none' : `${as.duration(drawdown.lowAt - drawdown.peakAt)} from the peak`)}
${kpi('Markets won', as.percent(trades.closed > 0 ? trades.won / trades.closed : null, 0), `${as.whole(trades.won)} of ${as.whole(trades.closed)} that came out`)}
${kpi('Orders', as.whole(orders.submitted), `${as.whole(filled)} filled, ${as.whole(orders.partial)} of them in part`)}
${kpi('Fees', as.dollars(totals.feesMicros), `on ${as.dollars(totals.notionalMicros)} traded`)}
${kpi('Brier', as.score(all?.ours ?? null), all === null ? 'nothing came out' : `market ${as.score(all.market)}`)}
${kpi('Expected', money(totals.expectedPnlMicros), held === '' ? 'edges of all filled contracts' : `latches: ${held}`)}
</dl>`;
}

const extraTable = ({ title, lead, head, rows }: ExtraTable): Html =>
  section(
    title,
    lead,
    table(
      head.map((name, at) => ({ name, kind: at === 0 ? 'text' : 'number' })),
      rows,
    ),
  );

/** Dollars and seconds: all that the page's script needs. */
function curveData({ curve, zone }: Figures): Html {
  const toDollars = (micros: number): number => Math.round(micros / 10_000) / 100;
  return json({
    zone,
    at: curve.map(({ at }) => at / 1_000),
    marked: curve.map(({ marked }) => toDollars(marked)),
    realized: curve.map(({ realized }) => toDollars(realized)),
    drawdown: curve.map(({ drawdown }) => toDollars(drawdown)),
  });
}
