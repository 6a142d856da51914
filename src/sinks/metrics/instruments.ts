import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type MetricEntry, type MetricName, metricTable, type NamesOf } from './table.js';

type Labels = Readonly<Record<string, string>>;
const none: Labels = {};

/** The table's metrics on a registry of their own. */
export class Instruments {
  private readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly histograms = new Map<string, Histogram>();

  constructor() {
    for (const [name, entry] of Object.entries<MetricEntry>(metricTable)) {
      const { help, labels: labelNames, buckets = [] } = entry;
      const about = { name, help, labelNames, registers: [this.registry] };
      if (entry.type === 'counter') this.counters.set(name, new Counter(about));
      else if (entry.type === 'gauge') this.gauges.set(name, new Gauge(about));
      else this.histograms.set(name, new Histogram({ ...about, buckets: [...buckets] }));
    }
  }

  count(name: NamesOf<'counter'>, labels: Labels = none, by = 1): void {
    if (by > 0) this.counters.get(name)?.inc(labels, by);
  }

  /** Of what is counted elsewhere. */
  countTo(name: NamesOf<'counter'>, total: number): void {
    const counter = this.counters.get(name);
    counter?.reset();
    counter?.inc(total);
  }

  /** No number: nobody knows, which is told as NaN. */
  set(name: NamesOf<'gauge'>, value: number | null, labels: Labels = none): void {
    this.gauges.get(name)?.set(labels, value ?? Number.NaN);
  }

  /** Whatever labels it had are gone. */
  clear(name: NamesOf<'gauge'>): void {
    this.gauges.get(name)?.reset();
  }

  observe(name: NamesOf<'histogram'>, seconds: number, labels: Labels = none): void {
    this.histograms.get(name)?.observe(labels, seconds);
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}

export type { MetricName };
