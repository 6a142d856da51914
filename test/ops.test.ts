// Goal: what Prometheus and Grafana are given asks for figures that there are, by labels that they have; the page of docs lists
// every metric and every alert as they are; and no metric is there for nobody.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alertRules } from '../src/sinks/alerts/rules.js';
import { type MetricEntry, metricTable } from '../src/sinks/metrics/table.js';

const table = new Map<string, MetricEntry>(Object.entries(metricTable));

type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly {
    readonly expr: string;
    readonly legendFormat: string;
    readonly datasource: { readonly uid: string };
  }[];
};
const dashboard = JSON.parse(readFileSync('ops/grafana/event-trading-bot.json', 'utf8')) as {
  readonly uid: string;
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string }[];
  };
  readonly panels: readonly Panel[];
};

type Rule = { readonly name: string; readonly fields: ReadonlyMap<string, string> };
/** The few shapes a line of these files may have: no other YAML, so that no reader can take it for something else. */
const shapes = [
  /^ *#.*$/,
  /^[a-z_]+:$/,
  / *- [a-z_]+: \S.*$/,
  /^ *- [a-z][\w.:-]*$/,
  /^ *[a-z_]+:( [^\s'"&*!|>%@`[{#][^#]*)?$/,
];
function linesOf(path: string): readonly string[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  for (const line of lines) {
    expect(shapes.some((shape) => shape.test(line)) || /^ *- \d[\d.:]+$/.test(line), line).toBe(
      true,
    );
    // A colon and a space inside a value would begin another field.
    expect(/: .*: /.test(line) && !line.includes('#'), line).toBe(false);
  }
  return lines;
}
const rules: readonly Rule[] = linesOf('ops/prometheus/alerts.yml')
  .join('\n')
  .split(/\n {6}- alert: /)
  .slice(1)
  .map((text) => {
    const [name = '', ...lines] = text.split('\n');
    const fields = lines.map((line) => /^ +([a-z]+): (.+)$/.exec(line));
    return {
      name,
      fields: new Map(fields.flatMap((found) => (found ? [[found[1] ?? '', found[2] ?? '']] : []))),
    };
  });

const expressions: readonly (readonly [where: string, expr: string])[] = [
  ...rules.map(({ name, fields }) => [`alert ${name}`, fields.get('expr') ?? ''] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [`panel ${title}`, expr] as const),
  ),
];

const words = new Set(
  'sum max min by or and rate increase histogram_quantile max_over_time absent time vector le up job'.split(
    ' ',
  ),
);
/** A histogram's series end so; `le` is theirs besides. */
const metricOf = (name: string): string | null => {
  if (table.has(name)) return table.get(name)?.type === 'histogram' ? null : name;
  const base = name.replace(/_(?:bucket|sum|count)$/, '');
  return table.get(base)?.type === 'histogram' ? base : null;
};
/** What is wrong with an expression. */
function problemsOf(expr: string): readonly string[] {
  const bare = expr.replace(/"[^"]*"/g, '""').replace(/\[\d+[smhd]\]/g, '');
  const names = [...bare.matchAll(/[a-zA-Z_]\w*/g)].map(([name]) => name);
  const metrics = names.filter((name) => name.startsWith('evt_'));
  const labels = new Set(metrics.flatMap((name) => table.get(metricOf(name) ?? '')?.labels ?? []));
  const problems = names
    .filter((name) => (name.startsWith('evt_') ? metricOf(name) === null : !words.has(name)))
    .filter((name) => !labels.has(name))
    .map((name) => `${name} is neither a metric, nor one of its labels, nor a word`);
  for (const [, name = '', matched = ''] of bare.matchAll(/(evt_\w+)\{([^}]*)\}/g))
    for (const [label] of matched.matchAll(/\w+(?==)/g))
      if (!table.get(metricOf(name) ?? '')?.labels.includes(label))
        problems.push(`${name} has no label ${label}`);
  for (const [, name = ''] of bare.matchAll(/(?:rate|increase)\((\w+)/g))
    if (table.get(metricOf(name) ?? '')?.type === 'gauge') problems.push(`${name} only stands`);
  if (metrics.length === 0) problems.push('names no metric');
  if (bare.split('(').length !== bare.split(')').length) problems.push('parentheses');
  return problems;
}

describe('the check of an expression', () => {
  it.each([
    ['evt_equity_dollars', true],
    ['evt_equity_dolars', false],
    ['rate(evt_commit_seconds_bucket[5m])', true],
    ['evt_commit_seconds', false],
    ['evt_equity_dollars_count', false],
    ['sum by (verdict) (rate(evt_decisions_total[5m]))', true],
    ['sum by (ticker) (rate(evt_decisions_total[5m]))', false],
    ['evt_cap_used_ratio{cap="daily_loss"}', true],
    ['evt_cap_used_ratio{name="daily_loss"}', false],
    ['evt_equity_dollars / evt_cap_used_ratio{cap="x"} > evt_cash_dollars{cap="x"}', false],
    ['rate(evt_equity_dollars[5m])', false],
    ['summ(evt_equity_dollars)', false],
    ['sum(evt_equity_dollars', false],
    ['1 + 1', false],
  ])('%s: %s', (expr, isGood) => {
    expect(problemsOf(expr).length === 0).toBe(isGood);
  });
});

describe('ops', () => {
  it('asks for what there is', () => {
    expect(rules.length).toBeGreaterThan(15);
    expect(expressions.length).toBeGreaterThan(60);
    const problems = expressions.flatMap(([where, expr]) =>
      problemsOf(expr).map((problem) => `${where}: ${problem}`),
    );
    expect(problems).toEqual([]);
  });

  it('shows or watches every metric', () => {
    const asked = new Set(
      expressions.flatMap(([, expr]) =>
        [...expr.matchAll(/evt_\w+/g)].map(([name]) => metricOf(name)),
      ),
    );
    expect([...table.keys()].filter((name) => !asked.has(name))).toEqual([]);
  });

  it('has legends of labels that the figures have', () => {
    for (const { title, targets = [] } of dashboard.panels)
      for (const { expr, legendFormat } of targets)
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          const labels = [...expr.matchAll(/evt_\w+/g)].flatMap(
            ([name]) => table.get(metricOf(name) ?? '')?.labels ?? [],
          );
          expect(labels, title).toContain(label);
        }
  });

  it('is one dashboard with a name of its own, whose every panel asks the chosen source', () => {
    expect(dashboard.uid).toBe('event-trading-bot');
    expect(dashboard.templating.list).toMatchObject([
      { name: 'DS_PROMETHEUS', type: 'datasource' },
    ]);
    const panels = dashboard.panels.filter(({ type }) => type !== 'row');
    const sources = panels.flatMap(({ datasource, targets = [] }) => [
      datasource?.uid,
      ...targets.map((target) => target.datasource.uid),
    ]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as Grafana spells a variable
    expect(new Set(sources)).toEqual(new Set(['${DS_PROMETHEUS}']));
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(rows).toEqual(['Health', 'Money', 'Decisions', 'Latency', 'Claude']);
  });

  it('has rules that say how bad it is and what to do', () => {
    for (const { name, fields } of rules) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(fields.get('severity'), name).toMatch(/^(critical|warning)$/);
      expect(fields.get('summary'), name).toMatch(/^[A-Z].*\.$/);
      expect(existsSync(fields.get('runbook') ?? ''), name).toBe(true);
    }
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  });

  it("reads the engine's page as it is served", () => {
    const scrape = linesOf('ops/prometheus/prometheus.yml').map((line) => line.trim());
    expect(scrape).toContain('metrics_path: /metrics');
    expect(scrape).toContain('- job_name: event-trading-bot');
    expect(scrape).toContain('- alerts.yml');
  });
});

describe('docs/metrics-and-alerts.md', () => {
  const page = readFileSync('docs/metrics-and-alerts.md', 'utf8').split('\n');

  it('has every metric as it is, and no other', () => {
    const rows = [...table].map(
      ([name, { type, labels, help }]) =>
        `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    );
    expect(page.filter((line) => line.startsWith('| `evt_'))).toEqual(rows);
  });

  it('has every alert with its text and what to do, and no other', () => {
    const written = page.filter((line) => /^\| `[a-z_]+` \| (?:critical|warning) \|/.test(line));
    expect(written).toHaveLength(Object.keys(alertRules).length);
    for (const [at, [rule, { severity, title, runbook }]] of Object.entries(alertRules).entries()) {
      expect(written[at]).toContain(`| \`${rule}\` | ${severity} | ${title} |`);
      expect(written[at]).toContain(`](${runbook.replace('docs/', '')})`);
      expect(existsSync(runbook)).toBe(true);
    }
  });
});
