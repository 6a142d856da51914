import type { Outcome } from '../../messages/effect.js';

/** What the API says of a model. */
type ModelState =
  | { readonly kind: 'known'; readonly lifecycle: string; readonly retiresAt: string | null }
  | { readonly kind: 'unknown'; readonly why: string };

/** Why a model may not be used, in words for the operator; null when it may. */
export function modelProblem(outcome: Outcome, name: string): string | null {
  const state = stateOf(outcome, name);
  if (state.kind === 'unknown') return state.why;
  switch (state.lifecycle) {
    case 'active':
    case 'deprecated':
      return null;
    case 'retired':
      return `${name} is retired: set CLAUDE_MODEL to an active model`;
    default:
      return `the API calls ${name} neither active nor deprecated: set CLAUDE_MODEL to an active model`;
  }
}

/** Whether the same question may be answered otherwise a little later: the API could not be asked, or was not itself. */
export const isPassing = (outcome: Outcome): boolean =>
  outcome.kind === 'failed' ||
  (outcome.kind === 'http' &&
    (outcome.status === 408 || outcome.status === 429 || outcome.status >= 500));

/** What an operator should know of a model that may be used; null when there is nothing. */
export function modelNotice(outcome: Outcome, name: string): string | null {
  const state = stateOf(outcome, name);
  if (state.kind === 'unknown' || state.lifecycle !== 'deprecated') return null;
  const end = state.retiresAt === null ? '' : `, until ${state.retiresAt.slice(0, 10)}`;
  return `${name} is deprecated and still answers${end}: choose its successor for CLAUDE_MODEL`;
}

function stateOf(outcome: Outcome, name: string): ModelState {
  const unknown = (why: string): ModelState => ({ kind: 'unknown', why });
  if (outcome.kind === 'failed') return unknown(`the API could not be asked: ${outcome.code}`);
  if (outcome.kind !== 'http') return unknown('the API was not asked');
  switch (outcome.status) {
    case 200:
      break;
    case 401:
    case 403:
      return unknown('the API refuses the key: check ANTHROPIC_API_KEY');
    case 404:
      return unknown(`the API knows no model ${name}: check CLAUDE_MODEL`);
    default:
      return unknown(`the API answered HTTP ${outcome.status}`);
  }
  const entry = entryOf(outcome.body);
  const id = entry?.['id'];
  // An alias is answered with the dated name behind it.
  const isIt =
    typeof id === 'string' &&
    (id === name || (id.startsWith(`${name}-`) && /^\d{8}$/.test(id.slice(name.length + 1))));
  if (!isIt) return unknown(`the API's entry for ${name} is not about it`);
  const { lifecycle, retires_at: retiresAt } = entry ?? {};
  return {
    kind: 'known',
    lifecycle: typeof lifecycle === 'string' ? lifecycle : '',
    retiresAt:
      typeof retiresAt === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(retiresAt) ? retiresAt : null,
  };
}

function entryOf(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
