import type { Model } from '@anthropic-ai/sdk/resources/messages/messages';
import { limits } from '../../limits.js';
import { parseModelAddress } from '../addresses.js';
import { choice, flag, fraction, money, text, whole } from './kinds.js';
import { decoded, refused } from './setting.js';

/** The SDK's own list without its "any other string" arm. */
type Named<Name> = Name extends string ? (string extends Name ? never : Name) : never;

/** A model that the SDK no longer names fails to compile here. */
const claudeModelDefault = 'claude-haiku-5-5' satisfies Named<Model>;

const modelNamePattern = String.raw`[a-zA-Z0-9][\w.:-]{0,127}`;
const modelName = new RegExp(`^${modelNamePattern}$`);

/** Asking Claude, and what it may cost. */
export const inference = {
  claudeModel: text(
    {
      env: 'CLAUDE_MODEL',
      unit: '',
      default: claudeModelDefault,
      description: 'Model that is asked.',
      hot: true,
    },
    {
      allowed: 'a model name of a-z, A-Z, 0-9, ., _, : and -',
      check: (name) => (modelName.test(name) ? decoded(name) : refused()),
      pattern: modelNamePattern,
    },
  ),
  anthropicBaseUrl: text(
    {
      env: 'ANTHROPIC_BASE_URL',
      unit: '',
      default: 'https://api.anthropic.com',
      description: 'Address of the Messages API: its own host, or loopback.',
      hot: false,
    },
    {
      allowed: 'https://api.anthropic.com or http://127.0.0.1:PORT',
      check: (value) => {
        const address = parseModelAddress(value);
        return address.ok ? decoded(address.value.url) : refused();
      },
      pattern: 'https?://.+',
    },
  ),
  claudeEveryNCycles: whole(
    {
      env: 'BOT_CLAUDE_EVERY_N_CYCLES',
      unit: 'cycles',
      default: '1',
      description: 'Ask Claude every so many cycles; the heuristic values the others.',
      hot: true,
    },
    { min: '1', max: '100000' },
  ),
  claudeTriggerMode: choice(
    {
      env: 'BOT_CLAUDE_TRIGGER_MODE',
      unit: '',
      default: 'cadence',
      description:
        'When Claude is asked: every so many cycles, only with selected markets, or only after the heuristic found candidates.',
      hot: true,
    },
    ['cadence', 'on_viable_markets', 'on_heuristic_candidates'],
  ),
  valuationBatchSize: whole(
    {
      env: 'BOT_VALUATION_BATCH_SIZE',
      unit: 'markets',
      default: '32',
      description: 'Markets in one request to Claude.',
      hot: true,
    },
    { min: '1', max: String(limits.inferenceQuestionsMax) },
  ),
  valuationTimeoutMs: whole(
    {
      env: 'BOT_VALUATION_TIMEOUT_MS',
      unit: 'ms',
      default: '8000',
      description: 'Real time that a window waits for its valuations.',
      hot: true,
    },
    { min: '1', max: '600000' },
  ),
  allowHeuristicInLive: flag({
    env: 'BOT_ALLOW_HEURISTIC_IN_LIVE',
    unit: '',
    default: 'false',
    description: 'Let live mode trade on heuristic valuations; without it live mode fails closed.',
    hot: false,
  }),
  claudeEnsemble: whole(
    {
      env: 'BOT_CLAUDE_ENSEMBLE',
      unit: 'prompts',
      default: '1',
      description:
        'Ways in which each market is asked about; the median counts, their spread is uncertainty. Each costs a question.',
      hot: true,
    },
    { min: '1', max: '5' },
  ),
  inferenceProfitShare: fraction(
    {
      env: 'BOT_INFERENCE_PROFIT_SHARE',
      unit: 'share of realized profit',
      default: '0.20',
      description:
        'Of realized profit above its highest so far, net of fees, this much is set aside to pay for Claude.',
      hot: true,
    },
    { min: '0', max: '1' },
  ),
  inferenceGrant: money(
    {
      env: 'BOT_INFERENCE_GRANT',
      unit: '$',
      default: '10',
      description: 'What the operator pays for Claude before there is profit to pay from.',
      hot: true,
      riskCap: 'max',
    },
    { min: '0', max: '1000000' },
  ),
  inferenceDailyCap: money(
    {
      env: 'BOT_INFERENCE_DAILY_CAP',
      unit: '$',
      default: '5',
      description: 'Most that Claude may cost in a day.',
      hot: true,
      riskCap: 'max',
    },
    { min: '0', max: '1000000' },
  ),
};
