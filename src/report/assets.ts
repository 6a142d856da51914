/** The page's own look. Every colour is named once for each scheme; paper is light. */
export const style = `
:root{color-scheme:light dark;--bg:#fff;--ink:#1b1f24;--soft:#5b6572;--faint:#8a94a1;--line:#e3e7ec;--grid:#eef1f4;--ours:#2563b8;--ours-soft:#2563b822;--market:#9aa4b1;--gain:#18734b;--loss:#b3372f;--up:#7db79b;--down:#d99089;--rest:#eef1f4}
@media (prefers-color-scheme:dark){:root{--bg:#121519;--ink:#e4e8ed;--soft:#a2acb8;--faint:#747f8c;--line:#2a3038;--grid:#1f242b;--ours:#6ea8f2;--ours-soft:#6ea8f22e;--market:#7d8895;--gain:#66c096;--loss:#ee8a80;--up:#3f7d60;--down:#95504a;--rest:#1f242b}}
@media print{:root{color-scheme:light;--bg:#fff;--ink:#1b1f24;--soft:#5b6572;--faint:#8a94a1;--line:#d5dae0;--grid:#eef1f4;--ours:#2563b8;--ours-soft:#2563b822;--market:#9aa4b1;--gain:#18734b;--loss:#b3372f;--up:#7db79b;--down:#d99089;--rest:#eef1f4}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:28px 24px 48px}
h1{font-size:22px;line-height:1.25;font-weight:600;margin:0;overflow-wrap:anywhere}
h2{font-size:15px;font-weight:600;margin:0 0 2px}
h3{font-size:13px;font-weight:600;margin:16px 0 4px}
.sub{color:var(--soft);margin:2px 0 0}
.note{border-left:2px solid var(--ours);padding:2px 0 2px 10px;margin:12px 0 0;color:var(--soft)}
.lead{color:var(--soft);margin:0 0 10px;max-width:76ch}
section{margin-top:34px}
.kpis{display:grid;grid-template-columns:repeat(4,1fr);margin:22px 0 0;border-top:1px solid var(--line)}
.kpis div{padding:10px 14px 10px 0;border-bottom:1px solid var(--line)}
.kpis dt{color:var(--soft);font-size:12px}
.kpis dd{margin:0;font-size:20px;font-weight:600;line-height:1.3}
.kpis small{display:block;color:var(--soft);font-size:12px;font-weight:400}
.two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 40px}
.two>section,.two>div{min-width:0}
.scroll{overflow-x:auto}
.two table{font-size:12.5px}.two th,.two td{padding-left:7px}.two td.text{white-space:normal}
table{border-collapse:collapse;width:100%}
th,td{padding:4px 0 4px 14px;border-bottom:1px solid var(--line);vertical-align:baseline;white-space:nowrap}
th:first-child,td:first-child{padding-left:0}
th{color:var(--soft);font-size:12px;font-weight:500;text-align:right}
td{text-align:right}
th.text,td.text{text-align:left}
td.bar{width:22%;min-width:80px;vertical-align:middle}
tfoot td{font-weight:600;border-bottom:0}
.gain{color:var(--gain)}.loss{color:var(--loss)}.soft{color:var(--soft)}
svg.bar{display:block;width:100%;height:10px}
.up{fill:var(--up)}.down{fill:var(--down)}.mid{fill:var(--line)}.rest{fill:var(--rest)}.part{fill:var(--ours)}
svg.plot{display:block;width:100%;max-width:340px;height:auto;margin:6px 0 4px}
.grid{stroke:var(--grid)}.promise{stroke:var(--faint);stroke-dasharray:3 3}.zero{stroke:var(--line)}
.tick{fill:var(--faint);font-size:10px}.axis{fill:var(--soft);font-size:10.5px}
circle.ours{fill:var(--ours);fill-opacity:.85}circle.market{fill:none;stroke:var(--market);stroke-width:1.5}
.whisker{stroke:var(--ours);stroke-width:1.5;stroke-opacity:.55}
.key{color:var(--soft);font-size:12px;margin:0 0 8px}
.key i{display:inline-block;width:9px;height:9px;border-radius:50%;margin:0 5px 0 0;border:1.5px solid var(--market)}
.key i.ours{background:var(--ours);border-color:var(--ours)}
.key span{margin-right:14px;white-space:nowrap}
.chart{width:100%;min-height:60px}
.trade{border-bottom:1px solid var(--line);padding:8px 0}
.trade p{margin:0}
.trade .head{display:flex;justify-content:space-between;gap:16px;font-weight:600}
.trade .head span:first-child{overflow-wrap:anywhere}.trade .head span:last-child{white-space:nowrap}
.trade .why{color:var(--soft);font-size:13px}
footer{margin-top:40px;padding-top:12px;border-top:1px solid var(--line);color:var(--soft);font-size:12px}
footer p{margin:0 0 4px;overflow-wrap:anywhere}
.u-legend{color:var(--soft);font-size:12px;text-align:left!important}
.u-legend th,.u-legend td{border:0;padding:0}.u-legend td{padding-left:5px}
.u-legend .u-value{width:auto!important;min-width:72px;text-align:left}
.uplot{font-family:inherit!important}
@media screen and (max-width:1079px){.two{grid-template-columns:minmax(0,1fr)}}
@media screen and (max-width:800px){main{padding:18px 14px 32px}h1{font-size:19px}.kpis{grid-template-columns:repeat(2,1fr)}.kpis dd{font-size:18px}.wide{display:none}svg.plot{max-width:none}table{font-size:13px}th,td{padding-left:10px}td.text,th{white-space:normal}td.bar{min-width:56px}}
@media print{main{max-width:none;padding:0}.two{grid-template-columns:minmax(0,1fr)}.kpis dd{font-size:17px}th,td{padding-top:3px;padding-bottom:3px}section{break-inside:avoid;margin-top:22px}.trade{break-inside:avoid}body{font-size:12px}.scroll{overflow:visible}}
@page{margin:14mm}
`;

/**
 * Draws the equity and drawdown curves from the data block with uPlot, anew whenever width, colour scheme or paper changes.
 * Runs in the page.
 */
export const script = `
(() => {
  const {zone, at, marked, realized, drawdown} = JSON.parse(document.getElementById('curve').textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const digits = (value) => { const n = Math.abs(value) < 100 && !Number.isInteger(value) ? 2 : 0; return {minimumFractionDigits: n, maximumFractionDigits: n}; };
  const money = (value) => value === null || value === undefined ? '–'
    : (value < 0 ? '−' : '') + '$' + Math.abs(value).toLocaleString('en-US', digits(value));
  const tzDate = (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone);
  const clock = uPlot.fmtDate('{HH}:{mm}'), second = uPlot.fmtDate('{HH}:{mm}:{ss}'), day = uPlot.fmtDate('{YYYY}-{MM}-{DD}');
  // Days below the first tick of each, unless a tick is a day.
  const times = (_, ticks, axis, space, step) => ticks.map((tick, n) => {
    const date = tzDate(tick), today = day(date);
    if (step >= 86400) return today.slice(5);
    const isNew = n === 0 || day(tzDate(ticks[n - 1])) !== today;
    return (step < 60 ? second : clock)(date) + (isNew ? '\\n' + today : '');
  });
  const host = (id) => document.getElementById(id);
  let charts = [];
  const draw = (width) => {
    for (const chart of charts) chart.destroy();
    const axis = {stroke: colour('--faint'), grid: {stroke: colour('--grid'), width: 1}, ticks: {show: false}, font: '11px system-ui, sans-serif'};
    const values = (_, ticks) => ticks.map(money);
    // Where nobody points, the legend has the end.
    const end = at.length - 1;
    const settle = (chart) => { if ((chart.legend.idx ?? -1) < 0) chart.setLegend({idx: end}, false); };
    const make = (id, height, space, series, data) => new uPlot({
      width, height, tzDate, series: [{label: zone, value: '{YYYY}-{MM}-{DD} {HH}:{mm}'}, ...series],
      cursor: {sync: {key: 'time'}, y: false, points: {size: 6}}, legend: {live: true}, hooks: {ready: [settle], setLegend: [settle]},
      axes: [{...axis, space: 64, values: times}, {...axis, size: 62, space, values}],
    }, data, host(id));
    const value = (_, amount) => money(amount);
    charts = [
      make('equity', 260, 40, [
        {label: 'marked', stroke: colour('--ours'), fill: colour('--ours-soft'), fillTo: 0, width: 1.6, value, points: {show: false}},
        {label: 'realized', stroke: colour('--market'), width: 1.4, value, points: {show: false}, paths: uPlot.paths.stepped({align: 1})},
      ], [at, marked, realized]),
      make('drawdown', 140, 22, [
        {label: 'drawdown', stroke: colour('--loss'), fill: colour('--loss') + '22', fillTo: 0, width: 1.2, value, points: {show: false}},
      ], [at, drawdown]),
    ];
  };
  const widthNow = () => Math.floor(host('equity').getBoundingClientRect().width);
  let drawn = 0;
  const redraw = () => { drawn = widthNow(); if (drawn > 0) draw(drawn); };
  redraw();
  addEventListener('resize', () => { if (widthNow() !== drawn) redraw(); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  matchMedia('print').addEventListener('change', redraw);
})();
`;
