import type { Settings } from '../../config/schema.js';
import { priceOf } from '../../domain/inference-prices.js';
import { epochMs } from '../../domain/units.js';
import type { EvidenceAddresses } from '../../engine/evidence-addresses.js';
import type { Outcome } from '../../messages/effect.js';
import { isPassing, modelNotice, modelProblem } from '../../sources/claude/model-check.js';
import { type Check, failure, pass, unchecked, warning } from './check.js';

export type SourcePorts = {
  readonly settings: Settings;
  readonly realNow: () => number;
  /** Null: there is no key, or a simulated world that it must not be asked about. */
  readonly model: ((name: string) => Promise<Outcome>) | null;
  readonly addresses: EvidenceAddresses;
  /** Why nobody answers there; null: somebody does. */
  readonly silence: (url: string) => Promise<string | null>;
};

export function sourceChecks(ports: SourcePorts): readonly Check[] {
  const { settings, model, silence, realNow } = ports;
  const { claudeModel } = settings;
  return [
    {
      code: 'claude_model',
      proves: 'the model exists, may be used, and its price is known',
      exitCode: 1,
      atStart: false,
      run: async () => {
        if (model === null) return unchecked('Claude is not asked: no key, or a simulated world');
        if (priceOf(claudeModel, epochMs(Math.floor(realNow()))) === null)
          return failure(`the price of ${claudeModel} is not known; choose another CLAUDE_MODEL`);
        const outcome = await model(claudeModel);
        const problem = modelProblem(outcome, claudeModel);
        if (problem !== null) return isPassing(outcome) ? warning(problem) : failure(problem);
        const notice = modelNotice(outcome, claudeModel);
        return notice === null ? pass(claudeModel) : warning(notice);
      },
    },
    {
      code: 'sources_reachable',
      proves: 'evidence can be asked for',
      exitCode: 1,
      atStart: false,
      run: async () => {
        const origins = originsOf(ports.addresses);
        if (origins.length === 0) return unchecked('none is asked with these settings');
        const silent = await Promise.all(
          origins.map(async (origin) => {
            const why = await silence(origin);
            return why === null ? [] : [`${origin} (${why})`];
          }),
        );
        const lost = silent.flat();
        return lost.length === 0
          ? pass(origins.map((origin) => new URL(origin).host).join(', '))
          : warning(`no answer from ${lost.join(', ')}: its markets have no signal meanwhile`);
      },
    },
  ];
}

/** Each host once, without path and query, which may hold a key. */
function originsOf({ noaa, nbm, injuries, crypto }: EvidenceAddresses): readonly string[] {
  const all = [noaa, nbm, injuries, ...(crypto === null ? [] : Object.values(crypto))];
  return [...new Set(all.filter((url) => url !== null).map((url) => new URL(url).origin))];
}
