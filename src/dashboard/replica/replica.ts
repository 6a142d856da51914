import type { Settings } from '../../config/schema.js';
import { type Account, applyRecord } from '../../domain/account.js';
import type { Position } from '../../domain/position.js';
import { realizedNet } from '../../domain/postings.js';
import type { LedgerRecord } from '../../domain/records.js';
import { equity } from '../../domain/risk.js';
import { ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type {
  DashboardPatch,
  DashboardState,
  LogRow,
  OrderRow,
  PositionRow,
  Sections,
  SourceKind,
  Tables,
  Terminal,
} from '../../messages/dashboard.js';
import type {
  FeedLogRow,
  FeedMessage,
  FeedPulse,
  FeedRun,
  FeedSettings,
} from '../../messages/dashboard-feed.js';
import { idOf } from '../../why/ids.js';
import { Decisions } from './decisions.js';
import { Equity } from './equity.js';
import { Funnel } from './funnel.js';
import { headerOf } from './header.js';
import { limitsOf, PeriodSpent } from './limits.js';
import { Markets } from './markets.js';
import { orderRow, positionRow, shownOrders, type Worth, worthOf } from './rows.js';
import { Scores } from './scores.js';
import { tilesOf, treasuryOf } from './sections.js';
import { Table } from './table.js';

type SectionName = keyof Sections;

/**
 * The page's state, made of what the engine tells and of the ledger's records, from which the account follows as it does
 * anywhere else. It answers nobody: it is asked for what there is (`state`) and for what is new (`patch`).
 */
export class Replica {
  private readonly source: SourceKind;
  private run: FeedRun | null = null;
  private settings: FeedSettings | null = null;
  private pulse: FeedPulse | null = null;
  private scannedAt: number | null = null;
  private account: Account | null = null;
  private valued = 0;
  private lastCycle = 0;
  private realizedBefore: { readonly day: string; readonly net: number } | null = null;
  private readonly markets = new Markets();
  private readonly decisions = new Decisions((ticker) => this.markets.title(ticker));
  private readonly scores = new Scores();
  private readonly equity = new Equity();
  private readonly funnel = new Funnel();
  private readonly spent = new PeriodSpent();
  private readonly positions = new Table<PositionRow>(Number.POSITIVE_INFINITY);
  private readonly orders = new Table<OrderRow>(2 * limits.dashboardOrdersMax);
  private readonly log = new Table<LogRow>(limits.dashboardLogRowsMax);
  private readonly sections: { [Name in SectionName]?: Sections[Name] } = {};
  private readonly changed = new Set<SectionName>();
  private readonly texts = new Map<SectionName, string>();
  private isStale = true;

  constructor(source: SourceKind, account: Account | null = null, terminal?: Terminal) {
    this.source = source;
    this.account = account;
    if (terminal !== undefined) this.put('terminal', terminal);
  }

  /** Seq of the last record it has: the next one is wanted. */
  get seq(): number {
    return this.account?.head.seq ?? 0;
  }

  /** Of a ledger at rest: whose it is. Null: it has no records. */
  finishedRun(version: string): FeedRun | null {
    const { account } = this;
    if (account === null) return null;
    const { mode, environment, account: label } = account.genesis;
    const venue = environment === 'loopback' ? 'paper_sim' : 'kalshi';
    return {
      kind: 'run',
      mode,
      venue,
      environment,
      account: label,
      run: account.run,
      version,
      speed: 1,
    };
  }

  /** What the engine last said is in force; null: nothing yet. */
  get inForce(): { readonly settings: Settings; readonly revision: string } | null {
    const { settings } = this;
    return settings === null
      ? null
      : { settings: settings.settings as Settings, revision: settings.revision };
  }

  get latches(): Account['latches'] {
    return this.account?.latches ?? new Map();
  }

  /** Markets that are shown and of which nothing but the ticker is known. */
  untitled(): ReadonlySet<string> {
    const shown = [...this.decisions.tickers(), ...(this.account?.positions.keys() ?? [])];
    return new Set(shown.filter((name) => this.markets.facts(name) === undefined));
  }

  /** Whether the decisions of that window are among those that are kept. */
  shows(run: number, cycle: number): boolean {
    return this.decisions.has(run, cycle);
  }

  hear(message: Exclude<FeedMessage, { kind: 'records' | 'metrics' | 'recovered' }>): void {
    this.isStale = true;
    switch (message.kind) {
      case 'run':
        this.run = message;
        return;
      case 'settings':
        this.settings = message;
        return;
      case 'pulse':
        if (this.pulse !== null && message.gaps > this.pulse.gaps)
          this.equity.add({ at: message.at, kind: 'gap', text: 'books were lost' });
        this.pulse = message;
        return;
      case 'scanned':
        this.scannedAt = message.at;
        return;
      case 'window':
        this.funnel.hearWindow(message);
        return;
      case 'markets':
        this.markets.hearFacts(message.markets);
        this.decisions.retitle(message.markets.map(({ ticker }) => ticker));
        return;
      case 'quotes':
        this.markets.hearQuotes(message.selected, message.quotes);
        return;
      case 'log':
        for (const row of message.rows) this.write(row);
        return;
      case 'intents_refused':
        for (const row of message.rows) {
          const isNew = this.decisions.hearTold(message.run, row);
          if (isNew && row.cycle === this.lastCycle) this.funnel.hearRefused(row.code);
        }
        return;
      case 'replay':
        this.put('replay', message.bar);
        return;
    }
  }

  /** The record after `seq`; any other is not taken. */
  record(record: LedgerRecord): void {
    if (record.seq !== this.seq + 1) return;
    this.isStale = true;
    const account = applyRecord(this.account, record);
    this.account = account;
    const { body } = record;
    this.equity.mark(record);
    this.equity.hear(account, record);
    switch (body.kind) {
      case 'cycle':
        this.valued = body.verdicts.length;
        this.lastCycle = body.cycle;
        this.spent.begin(body.cycle);
        this.decisions.hearCycle(body, record);
        this.scores.hearCycle(body, record);
        this.markets.hearCycle(body, record);
        this.funnel.hearVerdicts(body);
        if (this.source !== 'live') this.markets.selectValued(body);
        return;
      case 'intent':
        this.decisions.hearIntent(body, record);
        this.spent.hear(body.terms);
        return;
      case 'refused':
        this.decisions.hearRefused(body, record);
        this.funnel.hearRefused(body.code);
        return;
      case 'order':
      case 'fill':
        this.decisions.hearOrder(account, body.clientOrderId);
        return;
      case 'settled':
        for (const { terms } of account.orders.values())
          if (terms.ticker === body.ticker) this.decisions.hearOrder(account, terms.clientOrderId);
        return;
      case 'outcome':
        this.scores.hearOutcome(body);
        return;
      case 'opened':
        this.valued = 0;
        this.spent.begin(0);
        return;
      case 'day':
        this.realizedBefore = { day: body.key, net: realizedNet(account.balances) };
        return;
      default:
        return;
    }
  }

  /** What there is now, whole. */
  state(): DashboardState {
    this.refresh();
    const rows = Object.entries(this.tables()).map(([name, table]) => [name, table.all()]);
    return {
      sections: { ...this.sections },
      rows: Object.fromEntries(rows) as DashboardState['rows'],
    };
  }

  /** What changed since the last call; null: nothing. */
  patch(): DashboardPatch | null {
    this.refresh();
    const sections: Record<string, unknown> = {};
    for (const name of this.changed) sections[name] = this.sections[name];
    this.changed.clear();
    const rows: Record<string, unknown> = {};
    for (const [name, table] of Object.entries(this.tables())) {
      const changed = table.take();
      if (changed !== null) rows[name] = changed;
    }
    const hasSections = Object.keys(sections).length > 0;
    const hasRows = Object.keys(rows).length > 0;
    if (!hasSections && !hasRows) return null;
    return { ...(hasSections ? { sections } : {}), ...(hasRows ? { rows } : {}) };
  }

  private tables(): Readonly<Record<keyof Tables, Pick<Table<unknown>, 'all' | 'take'>>> {
    return {
      decisions: this.decisions.rows,
      positions: this.positions,
      orders: this.orders,
      markets: this.markets.markets,
      events: this.markets.events,
      log: this.log,
    };
  }

  private write({ clientOrderId, decided, ...row }: FeedLogRow): void {
    const ofOrder = clientOrderId === null ? null : this.decisions.idOf(clientOrderId);
    const { run } = this;
    const ofDecision =
      decided === null || row.ticker === null || run === null
        ? null
        : idOf({ run: run.run, ...decided, ticker: ticker(row.ticker) });
    this.log.set(String(row.n), { ...row, decisionId: ofDecision ?? ofOrder });
  }

  private refresh(): void {
    if (!this.isStale) return;
    this.isStale = false;
    const { run, account } = this;
    if (run !== null) {
      const { source, settings, pulse, scannedAt } = this;
      this.put('header', headerOf({ source, run, settings, pulse, account, scannedAt }));
    }
    if (account === null) return;
    this.refreshAccount(account);
    this.put('equity', this.equity.points());
    this.put('marks', this.equity.marks());
    this.put('calibration', this.scores.buckets());
    this.put('funnel', this.funnel.rows());
  }

  private refreshAccount(account: Account): void {
    const settings = this.inForce?.settings ?? null;
    const held = new Map<string, number>();
    for (const position of account.positions.values()) {
      const { ticker } = position;
      held.set(ticker, position.quantity);
      const worth = this.worth(position);
      const row = positionRow(position, worth, this.markets.facts(ticker), this.run);
      this.positions.set(ticker, row);
    }
    this.positions.keepOnly(new Set(held.keys()));
    const orders = shownOrders(account);
    for (const order of orders) {
      const id = order.terms.clientOrderId;
      this.orders.set(id, orderRow(order, this.decisions.idOf(id)));
    }
    this.orders.keepOnly(new Set(orders.map(({ terms }) => terms.clientOrderId)));
    this.markets.refresh(held);
    const now = equity(account, (position) => {
      return this.worth(position).exitPrice ?? position.mark;
    });
    const counted = { markets: this.pulse?.markets ?? 0, valued: this.valued };
    this.put(
      'tiles',
      tilesOf(account, now, settings, counted, this.scores.brier(), this.dayRealized(account)),
    );
    this.put('treasury', treasuryOf(account, settings));
    if (settings !== null) {
      const at = this.pulse?.at ?? account.lastAt;
      const used = { equity: now, at, spent: this.spent };
      const rows = limitsOf(account, settings, used, (name) => this.markets.facts(name));
      this.put('limits', rows);
    }
  }

  /** At rest nobody quotes any more: its last mark is what there is. */
  private worth(position: Position): Worth {
    const worth = worthOf(position, this.markets.quote(position.ticker));
    return this.source === 'finished' ? { ...worth, exitPrice: position.mark } : worth;
  }

  private dayRealized(account: Account): number {
    const before = this.realizedBefore;
    return before === null ? 0 : realizedNet(account.balances) - before.net;
  }

  private put<Name extends SectionName>(name: Name, value: Sections[Name]): void {
    const text = JSON.stringify(value);
    if (this.texts.get(name) === text) return;
    this.texts.set(name, text);
    this.sections[name] = value;
    this.changed.add(name);
  }
}
