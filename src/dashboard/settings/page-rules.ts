import { metaOf, type SettingKey } from '../../config/schema.js';
import type { OneWay } from '../../messages/settings.js';
import { neverFromPage } from './never.js';

const thin = 'Wide and thin markets are bought at worse prices.';
const edge = 'It keeps small edges from being traded.';
const easier = 'It makes it easier for a market to be traded.';
const paid = 'Spending has caps of its own, and an answer moves a price by a bounded step.';

/**
 * Hot settings that are no caps, and yet hold trading back: from a page they go the careful way only. The settings file
 * edited by hand may move them either way.
 */
const oneWay: Partial<Readonly<Record<SettingKey, OneWay>>> = {
  cycleSeconds: {
    way: 'up',
    because: 'Several caps hold for each window, so more windows are more trades.',
  },
  scanMinVolume: { way: 'up', because: thin },
  scanMaxSpreadCents: { way: 'down', because: thin },
  intentsBetweenWindows: { way: 'down', because: 'It lets orders out between windows, too.' },
  mispricingThreshold: { way: 'up', because: edge },
  minEdgePct: { way: 'up', because: edge },
  fallbackMispricingThreshold: { way: 'up', because: edge },
  minCandidates: { way: 'down', because: 'It fills up with candidates below the threshold.' },
  feeBps: { way: 'up', because: 'It is a margin of safety on the cost of every order.' },
  minSecondsToClose: { way: 'up', because: 'Shortly before a close others know more.' },
  maxDaysToClose: { way: 'down', because: 'What closes late binds money for long.' },
  adaptiveThresholdEnabled: { way: 'down', because: easier },
  adaptiveThresholdFloor: { way: 'up', because: edge },
  adaptiveLiquidityVolumeRef: { way: 'up', because: easier },
  adaptiveSpreadRefCents: { way: 'down', because: easier },
  minFractionPerTrade: { way: 'up', because: 'It keeps trades out that are not worth their cost.' },
  inferenceProfitShare: { way: 'down', because: 'It is how much of the profit may be spent.' },
};

/** Hot settings that a page may move either way, and why nothing held back is let go by it. */
const free: Partial<Readonly<Record<SettingKey, string>>> = {
  scanMaxMarkets: 'How much is looked at: every edge and cap holds for all of it.',
  valuationMarkets: 'How much is valued: every edge and cap holds for all of it.',
  enrichmentMarkets: 'How much evidence is fetched, from the same places.',
  claudeModel: paid,
  claudeEveryNCycles: paid,
  claudeTriggerMode: paid,
  claudeEnsemble: paid,
  valuationBatchSize: paid,
  valuationTimeoutMs:
    'An order keeps to the book as it is when it leaves, however long a window waited.',
};

/** What a page may do with a setting of a running engine. */
export type PageRule =
  | { readonly kind: 'never'; readonly because: string }
  /** Takes effect at a start only. */
  | { readonly kind: 'not_hot' }
  /** Tightened at once, by the engine's own rule. */
  | { readonly kind: 'cap' }
  | ({ readonly kind: 'one_way' } & OneWay)
  | { readonly kind: 'free' };

/** A setting of which nobody has said what a page may do is none of a page's. */
export function pageRuleOf(key: SettingKey): PageRule {
  const { hot, riskCap } = metaOf(key);
  const never = neverFromPage[key];
  if (never !== undefined) return { kind: 'never', because: never };
  if (!hot) return { kind: 'not_hot' };
  if (riskCap !== undefined) return { kind: 'cap' };
  const way = oneWay[key];
  if (way !== undefined) return { kind: 'one_way', ...way };
  if (free[key] !== undefined) return { kind: 'free' };
  return { kind: 'never', because: 'It is not known to be harmless.' };
}
