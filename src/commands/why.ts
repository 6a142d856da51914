import type { Command } from 'commander';
import { readConfig } from '../config/read.js';
import { namedOutright } from '../domain/market-names.js';
import type { Result } from '../domain/result.js';
import type { DecisionChain } from '../messages/decision-chain.js';
import { foreign, paintFor } from '../sinks/console/text.js';
import { type WhyProblem, Whys } from '../why/whys.js';
import { homeFor, type LedgerCommandOptions, withLedgerOptions } from './ledger-home.js';
import { flagsOf } from './settings-options.js';
import { whyText } from './why-text.js';

type WhyOptions = LedgerCommandOptions & {
  readonly last?: true;
  readonly refused?: true;
};

const usage = 2;
const exitCodes: Readonly<Record<WhyProblem['code'], number>> = {
  bad_decision_id: usage,
  decision_unknown: usage,
  ledger_unreadable: 1,
};

/** `why ID`: one decision from what was stored when it was made, and what came of it. */
export function registerWhy(program: Command): void {
  withLedgerOptions(
    program
      .command('why')
      .description('why an order was sent, or a market refused: the whole chain of one decision'),
  )
    .argument(
      '[id]',
      "a decision's id (run.cycle.TICKER), an order's own id, or a market: its latest",
    )
    .option('--last', 'of the last order')
    .option('--refused', 'of the last intent that the executor refused')
    .option('--json', 'one line of JSON on stdout')
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
  const home = homeFor(options);
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

function tell(chain: DecisionChain, { json }: WhyOptions): void {
  const lines = json === true ? [JSON.stringify(chain)] : whyText(chain, paintFor(process.stdout));
  process.stdout.write(`${lines.join('\n')}\n`);
}
