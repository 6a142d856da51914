import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { barredMarkets, holdings } from '../actors/executor/views.js';
import { MarketClock, systemClock } from '../clock.js';
import type { Flags } from '../config/layers.js';
import { homeOf } from '../config/modes.js';
import { readConfig } from '../config/read.js';
import type { Settings } from '../config/schema.js';
import { loadSecrets, type Secrets } from '../config/secrets.js';
import type { Account } from '../domain/account.js';
import { assert } from '../domain/assert.js';
import { sizingBankroll } from '../domain/risk.js';
import { executorSettings, valuationSettings } from '../engine/derived-settings.js';
import { evidenceAddresses } from '../engine/evidence-addresses.js';
import { SourcesDesk } from '../engine/evidence-desk.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import { limits } from '../limits.js';
import type { BlendTable, ValuationJob } from '../messages/valuation.js';
import { clockOf } from '../runtime/clock-of.js';
import { sourceKeys } from '../runtime/source-keys.js';
import { venueFor } from '../runtime/venue-for.js';
import { foreign } from '../sinks/console/text.js';
import { readAccount, settledOf } from '../sinks/ledger/inspect.js';
import { ledgerPath } from '../sinks/ledger/ledger.js';
import { Fetcher } from '../sources/fetcher.js';
import { pointOf } from '../sources/noaa/stations.js';
import { startingBlend } from '../valuation/blend.js';
import { explain } from '../valuation/explain.js';
import { learn } from '../valuation/learn.js';
import { WordsKept } from '../valuation/settled.js';
import {
  type MarketReading,
  type ReadingPorts,
  readMarket,
  resolvedTicker,
} from './market-reading.js';
import { onOwnSimulator } from './on-own-simulator.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf } from './settings-options.js';
import { type Valuation, valueLine, valueText } from './value-text.js';
import { version } from './version.js';

type ValueOptions = {
  readonly explain?: true;
  readonly json?: true;
  readonly config?: string;
  readonly set: Flags;
};

/** `value MARKET`: what one market is worth now and what would be done about it; nothing is bought. */
export function registerValue(program: Command): void {
  program
    .command('value')
    .description('what one market is worth now, and why it would or would not be traded')
    .argument('<market>', 'a ticker, an alias, or words of the title')
    .option('--explain', 'every number of the chain that leads to the verdict')
    .option('--json', 'one line of JSON on stdout')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (input: string, options: ValueOptions) => {
      process.exitCode = await value(input, options);
    });
}

async function value(input: string, options: ValueOptions): Promise<number> {
  const flags = flagsOf(options);
  const read = readConfig(process.env, flags);
  if (!read.ok) return refuse(read.error);
  const { settings } = read.value.loaded;
  for (const { message } of read.value.loaded.warnings) warn(message);
  if (settings.exchangeBackend === 'paper_sim')
    return onOwnSimulator(settings.seed, flags, (simulated, secrets) =>
      valued(input, options, simulated.loaded.settings, secrets, null),
    );
  const secrets = loadSecrets(process.env);
  if (!secrets.ok) return refuse(secrets.error);
  return valued(input, options, settings, secrets.value.secrets, homeOf(settings));
}

const warn = (text: string): void => void process.stderr.write(`warning: ${foreign(text)}\n`);

/** `home`: of the ledger whose account counts; null: there is none. */
async function valued(
  input: string,
  options: ValueOptions,
  settings: Settings,
  secrets: Secrets,
  home: string | null,
): Promise<number> {
  const clock = new MarketClock(systemClock, clockOf(settings, systemClock));
  const venue = venueFor(settings, secrets, systemClock, ({ code, detail }) => {
    // Public lists and books need no key; a key that is refused ends the reading anyway.
    if (code !== 'no_key' && code !== 'auth_refused') warn(`${detail} (${code})`);
  });
  const fetcher = new Fetcher({
    clock: systemClock,
    userAgent: `EventTradingBot/${version} (evidence for event markets)`,
    keys: sourceKeys(settings, secrets),
  });
  const ports: ReadingPorts = {
    settings,
    speed: clock.speed,
    venue,
    codec: kalshiCodec,
    desk: new SourcesDesk({
      addresses: evidenceAddresses(settings),
      point: pointOf(settings.noaaPoint),
      reactions: settings.sportsReactions,
      // One look remembers no earlier price: a measured reaction needs a running engine.
      midAt: () => null,
      speed: clock.speed,
    }),
    fetch: fetcher.fetch,
    now: () => clock.now(),
    warn,
  };
  try {
    const named = await resolvedTicker(input, ports);
    const reading = named.ok ? await readMarket(named.value, ports) : named;
    if (!reading.ok) {
      process.stderr.write(`${foreign(reading.error.text)}\n`);
      return reading.error.exitCode;
    }
    const account = home === null ? null : await accountOf(home);
    const blend = home === null || account === null ? startingBlend : await learntOf(home);
    const job = jobOf(reading.value, settings, clock.speed, account, blend);
    const explanation = explain(job, reading.value.index);
    assert(explanation !== null, 'the market was read to be in the job');
    tell(
      {
        input,
        job,
        reading: reading.value,
        explanation,
        money: account === null ? 'setting' : 'ledger',
      },
      options,
    );
    return 0;
  } finally {
    await venue.close();
    await fetcher.close();
  }
}

/** The account of a ledger, if there is one that can be read. */
async function accountOf(home: string): Promise<Account | null> {
  if (!existsSync(ledgerPath(home))) return null;
  const account = await readAccount(home);
  if (account.ok) return account.value;
  warn(`${account.error.text}; sized by BOT_BANKROLL with nothing held`);
  return null;
}

/** What the ledger's own settled history teaches, as the engine would learn it. */
async function learntOf(home: string): Promise<BlendTable> {
  const words = new WordsKept(limits.learnSnapshotsMax);
  const problem = await settledOf(home, ({ ticker, word }) => words.add(ticker, word));
  if (problem === null) return learn(words.snapshots(), startingBlend).table;
  warn(`${problem.text}; with the starting weights`);
  return startingBlend;
}

/** The question the engine would put to its pool, for one event alone. */
function jobOf(
  { at, markets }: MarketReading,
  settings: Settings,
  speed: number,
  account: Account | null,
  blend: BlendTable,
): ValuationJob {
  const session = { settings: executorSettings(settings, speed) };
  return {
    cycle: 0,
    at,
    settings: valuationSettings(settings),
    bankroll: account === null ? settings.bankroll : sizingBankroll(account, settings),
    holdings: holdings({ account }),
    barred: barredMarkets({ account, session }, at),
    blend,
    markets,
  };
}

function tell(valuation: Valuation, { explain: isWhole, json }: ValueOptions): void {
  const lines =
    json === true
      ? [JSON.stringify(isWhole === true ? whole(valuation) : brief(valuation))]
      : isWhole === true
        ? valueText(valuation)
        : [valueLine(valuation)];
  process.stdout.write(`${lines.join('\n')}\n`);
}

const brief = ({ input, job, money, explanation }: Valuation) => ({
  schemaVersion: 1,
  input,
  at: job.at,
  bankrollMicros: job.bankroll,
  money,
  ...explanation.verdict,
});

function whole(valuation: Valuation) {
  const { job, reading, explanation } = valuation;
  const selected = job.markets[reading.index];
  const { verdict: _, ...chain } = explanation;
  return {
    ...brief(valuation),
    market: selected?.market ?? null,
    summary: selected?.summary ?? null,
    book: selected?.book ?? null,
    siblings: selected?.siblings ?? [],
    evidence: selected?.evidence ?? null,
    judgement: selected?.judgement ?? null,
    asked: reading.asked,
    holdings: job.holdings,
    ...chain,
  };
}
