import type { ReliabilityBin } from './forecasts.js';
import { type Html, html, nothing } from './html.js';
import type { EdgeBin } from './trades.js';

/** Drawings of a few points, as SVG: they need no script and follow the page's colours. */

const size = 300;
const left = 40;
const bottom = 34;
const top = 8;
/** Half of the last label stands beyond the frame. */
const right = 16;
const width = size - left - right;
const height = size - top - bottom;

type Scale = { readonly min: number; readonly max: number; readonly ticks: readonly number[] };

const fixed = (value: number): string => value.toFixed(1);

function frame(
  scale: Scale,
  label: (value: number) => string,
  names: { readonly title: string; readonly x: string; readonly y: string },
  inside: readonly Html[],
): Html {
  const { x, y } = place(scale);
  return html`<svg class="plot" viewBox="0 0 ${size} ${size}" role="img" aria-label="${names.title}">
${scale.ticks.map(
  (tick) =>
    html`<line class="grid" x1="${fixed(x(tick))}" x2="${fixed(x(tick))}" y1="${top}" y2="${top + height}"/><line class="grid" x1="${left}" x2="${left + width}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}"/><text class="tick" x="${fixed(x(tick))}" y="${top + height + 14}" text-anchor="middle">${label(tick)}</text><text class="tick" x="${left - 6}" y="${fixed(y(tick) + 3.5)}" text-anchor="end">${label(tick)}</text>`,
)}
<line class="promise" x1="${fixed(x(scale.min))}" y1="${fixed(y(scale.min))}" x2="${fixed(x(scale.max))}" y2="${fixed(y(scale.max))}"/>
${inside}
<text class="axis" x="${left + width / 2}" y="${size - 4}" text-anchor="middle">${names.x}</text>
<text class="axis" x="${0 - top - height / 2}" y="10" text-anchor="middle" transform="rotate(-90)">${names.y}</text>
</svg>`;
}

const place = ({ min, max }: Scale) => ({
  x: (value: number) => left + ((value - min) / (max - min)) * width,
  y: (value: number) => top + height - ((value - min) / (max - min)) * height,
});

/** Forecast against what came true; on the diagonal a forecast kept its word. A dot's area is its share of the forecasts. */
export function reliabilityPlot(
  ours: readonly ReliabilityBin[],
  market: readonly ReliabilityBin[],
): Html {
  const scale = { min: 0, max: 1, ticks: [0, 0.25, 0.5, 0.75, 1] };
  const { x, y } = place(scale);
  const dots = (bins: readonly ReliabilityBin[], name: string): readonly Html[] => {
    const all = bins.reduce((sum, { snapshots }) => sum + snapshots, 0);
    return bins.map(({ snapshots, forecast, outcome }) => {
      const radius = Math.max(2, Math.min(9, 16 * Math.sqrt(snapshots / all)));
      return html`<circle class="${name}" cx="${fixed(x(forecast))}" cy="${fixed(y(outcome))}" r="${fixed(radius)}"/>`;
    });
  };
  return frame(
    scale,
    (value) => `${value * 100}%`,
    { title: 'Reliability diagram', x: 'forecast', y: 'came true' },
    [...dots(market, 'market'), ...dots(ours, 'ours')],
  );
}

/** Edge expected against edge realized, cents a contract; on the diagonal an edge was what it was said to be. */
export function edgePlot(bins: readonly EdgeBin[]): Html {
  const values = bins.flatMap(({ expectedCents, realizedCents, halfCents }) => [
    expectedCents,
    realizedCents - (halfCents ?? 0),
    realizedCents + (halfCents ?? 0),
  ]);
  const scale = niceScale(Math.min(0, ...values), Math.max(1, ...values));
  const { x, y } = place(scale);
  return frame(
    scale,
    (value) => `${value}¢`.replace('-', '−'),
    { title: 'Edge expected against realized', x: 'expected edge', y: 'realized' },
    [
      html`<line class="zero" x1="${left}" x2="${left + width}" y1="${fixed(y(0))}" y2="${fixed(y(0))}"/>`,
      ...bins.map(({ expectedCents, realizedCents, halfCents }) => {
        const at = fixed(x(expectedCents));
        const whisker =
          halfCents === null
            ? nothing
            : html`<line class="whisker" x1="${at}" x2="${at}" y1="${fixed(y(realizedCents - halfCents))}" y2="${fixed(y(realizedCents + halfCents))}"/>`;
        return html`${whisker}<circle class="ours" cx="${at}" cy="${fixed(y(realizedCents))}" r="4"/>`;
      }),
    ],
  );
}

/** Whole steps of 1, 2 or 5 that hold both ends. */
function niceScale(low: number, high: number): Scale {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  );
  return { min: first * step, max: last * step, ticks };
}

/** A bar from zero, to the left when it is a loss. `most`: the longest of its column. */
export function bar(value: number, most: number): Html {
  const share = most > 0 ? Math.min(1, Math.abs(value) / most) : 0;
  const length = fixed(50 * share);
  const from = value < 0 ? fixed(50 - 50 * share) : '50';
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="${value < 0 ? 'down' : 'up'}" x="${from}" y="0" width="${length}" height="10"/><rect class="mid" x="49.75" y="0" width="0.5" height="10"/></svg>`;
}

/** A share of a whole. */
export const shareBar = (share: number): Html =>
  html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" x="0" y="0" width="100" height="10"/><rect class="part" x="0" y="0" width="${fixed(100 * Math.max(0, Math.min(1, share)))}" height="10"/></svg>`;
