import { computed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { ChartMark, EquityPoint } from '../../messages/dashboard.js';
import { clockTime, count, dateTime, money } from '../format.js';
import { Empty, Panel } from '../parts/panel.js';
import { equity, marks } from '../store.js';
import { colour, painted } from '../theme.js';

const heightPx = 230;
const drawdownPx = 110;
const font = '11px system-ui, sans-serif';
const labelsPxMin = 44;
/** Between a label and the chart, and before the label. */
const labelGapPx = 8;
/** Dollars: less than this is no slope. */
const spanMin = 2;
/** A curve needs two points. */
const hasCurve = computed(() => (equity.value?.length ?? 0) > 1);
const shownMarks = computed(() => (marks.value ?? []).filter(({ kind }) => kind !== 'start'));

export function Equity() {
  const last = shownMarks.value.at(-1);
  return (
    <Panel id="equity" title="Equity and drawdown">
      {hasCurve.value ? <Curves /> : <Empty>The curve begins with the second window.</Empty>}
      {last === undefined ? null : (
        <p class="last-mark soft">
          Last mark: <span class={`mark ${last.kind}`}>{last.kind}</span> at {clockTime(last.at)},{' '}
          {last.text}
        </p>
      )}
    </Panel>
  );
}

const dollarsText = (value: number): string => count(value).replace(/^(−?)/, (sign) => `${sign}$`);
const inCents = (value: number): string => money(Math.round(value * 1e6));
const dollars = (micros: number | null): number | null => (micros === null ? null : micros / 1e6);
/** Of the point that is pointed at, else of the last one. */
const pointed = ({ data }: uPlot, column: number, at: number | null): number | null => {
  const values = data[column];
  return values?.[at ?? values.length - 1] ?? null;
};
/** At most half of a micro-dollar is lost; the legend shows cents. */
const written = (chart: uPlot, _: unknown, column: number, at: number | null): string => {
  const value = pointed(chart, column, at);
  return money(value === null ? null : Math.round(value * 1e6));
};
const writtenTime = (chart: uPlot, _: unknown, column: number, at: number | null): string => {
  const seconds = pointed(chart, column, at);
  return dateTime(seconds === null ? null : seconds * 1_000);
};

/** What a curve is drawn within: its own range with a little air, not a hair's breadth and not down to zero. */
function atLeast(low: number, high: number, least: number): uPlot.Range.MinMax {
  const air = Math.max((high - low) * 0.08, (least - (high - low)) / 2, 0);
  return [low - air, high + air];
}

/** On the axis, where a label stands every `step` seconds: the day where one begins, else the time. */
function momentOf(seconds: number, step: number): string {
  const [date = '', time = ''] = dateTime(seconds * 1_000).split(' ');
  if (time === '00:00:00') return date.slice(5);
  return step < 60 ? time : time.slice(0, 5);
}

type Columns = {
  readonly equity: uPlot.AlignedData;
  readonly drawdown: uPlot.AlignedData;
};
/** What is realized starts at nothing, equity at what was put in: both are drawn from the same height. */
function columnsOf(points: readonly EquityPoint[]): Columns {
  const at = points.map(([ms]) => ms / 1_000);
  const [, marked = null, realized = 0] = points.find(([, value]) => value !== null) ?? [];
  const start = (marked ?? 0) - realized;
  return {
    equity: [at, points.map((p) => dollars(p[1])), points.map((p) => dollars(start + p[2]))],
    drawdown: [at, points.map((p) => dollars(p[3] === null ? null : -Math.abs(p[3])))],
  };
}

const columns = computed(() => columnsOf(equity.value ?? []));

/** Both charts have one x axis, so the labels of both have the room that the longest one needs. */
const labelsPx = computed(() => {
  const ink = document.createElement('canvas').getContext('2d');
  if (ink === null) return labelsPxMin;
  ink.font = font;
  const ends = Object.values(columns.value).flatMap(([, ...curves]) => {
    const all = curves.flatMap((curve) => [...curve].filter((value) => typeof value === 'number'));
    return all.length === 0 ? [] : atLeast(Math.min(...all), Math.max(...all), spanMin);
  });
  const px = ends.map((end) => ink.measureText(inCents(end ?? 0)).width + labelGapPx);
  return Math.ceil(Math.max(labelsPxMin, ...px));
});

function Curves() {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const at = host.current;
    if (at === null) return undefined;
    let charts: readonly uPlot[] = [];
    const stopPainting = painted.subscribe(() => {
      for (const chart of charts) chart.destroy();
      charts = drawn(at);
    });
    const stopData = columns.subscribe((data) => {
      charts[0]?.setData(data.equity);
      charts[1]?.setData(data.drawdown);
    });
    const stopMarks = marks.subscribe(() => {
      for (const chart of charts) chart.redraw(false);
    });
    const watch = new ResizeObserver(() => {
      for (const chart of charts) chart.setSize({ width: at.clientWidth, height: chart.height });
    });
    watch.observe(at);
    return () => {
      watch.disconnect();
      stopPainting();
      stopData();
      stopMarks();
      for (const chart of charts) chart.destroy();
    };
  }, []);
  const now = equity.value?.at(-1);
  return (
    <div
      ref={host}
      class="chart"
      role="img"
      aria-label={`Equity, ${money(now?.[1])} now, drawdown ${money(now?.[3])}, realized ${money(now?.[2])}`}
    />
  );
}

const markColours: Readonly<Record<ChartMark['kind'], string>> = {
  settings: 'accent',
  hold: 'loss',
  resume: 'gain',
  gap: 'warn',
  start: 'market',
};

function drawn(host: HTMLElement): readonly uPlot[] {
  const paint = (name: string): string => colour(host, name);
  const colours = Object.fromEntries(
    Object.entries(markColours).map(([kind, name]) => [kind, paint(name)]),
  );
  const drawMarks = (chart: uPlot): void => {
    for (const { at, kind } of shownMarks.peek()) drawMark(chart, at / 1_000, colours[kind] ?? '');
  };
  const axis: uPlot.Axis = {
    stroke: paint('soft'),
    grid: { stroke: paint('grid-line'), width: 1 },
    ticks: { show: false },
    font,
    size: 26,
    values: (_, moments, _axis, _space, step) => moments.map((at) => momentOf(at, step)),
  };
  const y: uPlot.Axis = {
    ...axis,
    size: () => labelsPx.peek(),
    values: (_, values, _axis, _space, step) =>
      values.map((value) => (step >= 1 ? dollarsText(value) : inCents(value))),
  };
  const make = (height: number, series: uPlot.Series[], data: uPlot.AlignedData): uPlot =>
    new uPlot(
      {
        width: host.clientWidth,
        height,
        series: [{ label: 'At', value: writtenTime }, ...series],
        cursor: { sync: { key: 'equity' }, y: false, points: { size: 6 } },
        axes: [axis, y],
        scales: { y: { range: (_, low, high) => atLeast(low, high, spanMin) } },
        hooks: { draw: [drawMarks] },
      },
      data,
      host,
    );
  const data = columns.peek();
  return [
    make(
      heightPx,
      [
        {
          label: 'marked',
          stroke: paint('accent'),
          width: 1.6,
          value: written,
          points: { show: false },
        },
        {
          label: 'start and realized',
          stroke: paint('market'),
          width: 1.4,
          value: written,
          points: { show: false },
          ...stepped,
        },
      ],
      data.equity,
    ),
    make(
      drawdownPx,
      [
        {
          label: 'drawdown',
          stroke: paint('loss'),
          fill: paint('bad-soft'),
          fillTo: 0,
          width: 1.2,
          value: written,
          points: { show: false },
        },
      ],
      data.drawdown,
    ),
  ];
}

const stepped = (() => {
  const make = uPlot.paths.stepped;
  return make === undefined ? {} : { paths: make({ align: 1 }) };
})();

function drawMark(chart: uPlot, seconds: number, stroke: string): void {
  const { min, max } = chart.scales['x'] ?? {};
  if (min === undefined || max === undefined || !(seconds >= min && seconds <= max)) return;
  const { ctx, bbox } = chart;
  const left = Math.round(chart.valToPos(seconds, 'x', true));
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(left, bbox.top);
  ctx.lineTo(left, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
