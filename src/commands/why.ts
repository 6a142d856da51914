import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { demoHomeOf } from '../config/modes.js';
import { readConfig } from '../config/read.js';
import { namedOutright } from '../domain/market-names.js';
import type { Result } from '../domain/result.js';
import type { DecisionChain } from '../messages/decision-chain.js';
import { foreign, paintFor } from '../sinks/console/text.js';
import { ledgerPath } from '../sinks/ledger/ledger.js';
import { ledgerExitCode } from '../sinks/ledger/problem.js';
import { type WhyProblem, Whys } from '../why/whys.js';
import { newestDemoHome } from './demo-home.js';
import { homeFor, type LedgerCommandOptions } from './ledger.js';
import { collectSet, flagsOf } from './settings-options.js';
import { whyText } from './why-text.js';

type WhyOptions = LedgerCommandOptions & {
  readonly last?: true;
  readonly refused?: true;
  readonly demo?: true;
};

const usage = 2;
const exitCodes: Readonly<Record<WhyProblem['code'], number>> = {
  bad_decision_id: usage,
  decision_unknown: usage,
  ledger_unreadable: 1,
};

/** `why ID`: one decision from what was stored when it was made, and what came of it. */
export function registerWhy(program: Command): void {
  program
    .command('why')
    .description('why an order was sent, or a market refused: the whole chain of one decision')
    .argument(
      '[id]',
      "a decision's id (run.cycle.TICKER), an order's own id, or a market: its latest",
    )
    .option('--last', 'of the last order')
    .option('--refused', 'of the last intent that the executor refused')
    .option('--json', 'one line of JSON on stdout')
    .option('--demo', "of the latest demo's ledger")
    .option('--home <path>', 'directory of the ledger, instead of the one the settings select')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (id: string | undefined, options: WhyOptions) => {
      process.exitCode = await why(id, options);
    });
}

const say = (text: string): void => void process.stderr.write(`${foreign(text)}\n`);

async function why(id: string | undefined, options: WhyOptions): Promise<number> {
  const asked = [id, options.last, options.refused].filter((one) => one !== undefined);
  if (asked.length !== 1) {
    say('name one decision: its id, an order, or a market; or --last, or --refused');
    return usage;
  }
  const home = homeOfAsked(options);
  if (typeof home === 'number') return home;
  const whys = new Whys(home);
  try {
    const found = await chainFor(whys, id, options);
    if (!found.ok) {
      say(found.error.text);
      return exitCodes[found.error.code];
    }
    tell(found.value, options);
    return 0;
  } finally {
    await whys.close();
  }
}

function chainFor(
  whys: Whys,
  id: string | undefined,
  options: WhyOptions,
): Promise<Result<DecisionChain, WhyProblem>> {
  const { last } = options;
  if (id === undefined) return whys.last(last === true ? 'ordered' : 'refused');
  const read = readConfig(process.env, flagsOf(options));
  const aliases = read.ok ? read.value.loaded.settings.marketAliases : [];
  return whys.chain(namedOutright(id, aliases)?.ticker ?? id);
}

/** The ledger that is meant, or the exit code. */
function homeOfAsked(options: WhyOptions): string | number {
  if (options.demo !== true) {
    const home = homeFor(options);
    if (home === ledgerExitCode && options.home === undefined)
      say("of the latest demo's ledger: --demo");
    return home;
  }
  const read = readConfig(process.env, flagsOf(options));
  if (!read.ok) return homeFor(options);
  const { settings } = read.value.loaded;
  const home = newestDemoHome(settings, demoHomeOf);
  if (home !== null && existsSync(ledgerPath(home))) return home;
  say(`${settings.dataDir}: there is no demo yet; \`demo\` makes one`);
  return usage;
}

function tell(chain: DecisionChain, { json }: WhyOptions): void {
  const lines = json === true ? [JSON.stringify(chain)] : whyText(chain, paintFor(process.stdout));
  process.stdout.write(`${lines.join('\n')}\n`);
}
