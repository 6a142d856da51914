/**
 * What goes wrong on purpose. One-shot faults come from the admin endpoint; mixes are drawn by seed, each draw keyed by
 * (seed, fault, n), so that one more request of one kind does not move the faults of another.
 */
import { keyedDraw } from './core/ids.js';

export const FAULTS = [
  /** The request is handled and its connection cut before the reply. */
  'drop_reply',
  /** The reply waits `ms`. */
  'delay_reply',
  /** 503 without handling the request. */
  'error_before',
  /** The request is handled, and the reply is a 503. */
  'error_after',
  /** 429 without handling the request. */
  'rate_limit',
  /** A sequenced frame takes its number and is not sent. */
  'skip_seq',
  /** A fill frame is sent twice. */
  'duplicate_fill',
  /** A fill frame waits `ms`. */
  'delay_fill',
  /** The socket is cut after a frame. */
  'drop_socket',
  /** The socket stays open and says nothing more. */
  'half_open',
] as const;
export type FaultKind = (typeof FAULTS)[number];

export const isFault = (name: unknown): name is FaultKind => FAULTS.some((fault) => fault === name);

export type FaultHit = { readonly ms: number };
export type FaultAim = { readonly method: string; readonly path: string };

type Armed = {
  readonly kind: FaultKind;
  left: number;
  readonly ms: number;
  readonly method: string | null;
  readonly path: string | null;
};
export type FaultMix = ReadonlyMap<FaultKind, { readonly rate: number; readonly ms: number }>;

export type Faults = {
  /** Arms a fault for the next `count` occasions, of requests with this method and path if given. */
  readonly arm: (fault: {
    readonly kind: FaultKind;
    readonly count: number;
    readonly ms: number;
    readonly method: string | null;
    readonly path: string | null;
  }) => void;
  /** Whether this occasion is hit. Every call is one draw. */
  readonly hit: (kind: FaultKind, aim?: FaultAim) => FaultHit | null;
  readonly counts: () => Readonly<Record<string, number>>;
  readonly clear: () => void;
};

const DEFAULT_DELAY_MS = 500;

/** Reads `kind:rate[:ms],…`, for example `drop_reply:0.01,delay_reply:0.05:250`. A text that is not one is an answer. */
export function parseFaultMix(spec: string): FaultMix | { readonly problem: string } {
  const mix = new Map<FaultKind, { rate: number; ms: number }>();
  for (const part of spec.split(',').filter((one) => one.trim() !== '')) {
    const [kind, rateText, msText] = part.trim().split(':');
    const rate = Number(rateText);
    const ms = msText === undefined ? DEFAULT_DELAY_MS : Number(msText);
    if (!isFault(kind))
      return { problem: `unknown fault "${kind ?? ''}"; known: ${FAULTS.join(', ')}` };
    if (rateText === undefined || !(rate >= 0 && rate <= 1))
      return { problem: `"${part}": the rate must be 0 to 1` };
    if (!(Number.isSafeInteger(ms) && ms >= 0))
      return { problem: `"${part}": milliseconds must be a whole number` };
    mix.set(kind, { rate, ms });
  }
  return mix;
}

export function makeFaults(seed: number, mix: FaultMix): Faults {
  const armed: Armed[] = [];
  const draws = new Map<FaultKind, number>();
  const counts: Record<string, number> = {};
  const note = (kind: FaultKind, ms: number): FaultHit => {
    counts[kind] = (counts[kind] ?? 0) + 1;
    return { ms };
  };
  const fits = (one: Armed, aim: FaultAim | undefined): boolean =>
    (one.method === null || one.method === aim?.method) &&
    (one.path === null || aim?.path.includes(one.path) === true);
  return {
    arm: ({ kind, count, ms, method, path }) => {
      armed.push({ kind, left: count, ms, method, path });
    },
    hit: (kind, aim) => {
      const n = (draws.get(kind) ?? 0) + 1;
      draws.set(kind, n);
      const one = armed.find((candidate) => candidate.kind === kind && fits(candidate, aim));
      if (one !== undefined) {
        one.left -= 1;
        if (one.left <= 0) armed.splice(armed.indexOf(one), 1);
        return note(kind, one.ms);
      }
      const drawn = mix.get(kind);
      if (drawn === undefined || drawn.rate === 0) return null;
      return keyedDraw(seed, `fault/${kind}`, n) < drawn.rate ? note(kind, drawn.ms) : null;
    },
    counts: () => ({ ...counts }),
    clear: () => {
      armed.length = 0;
    },
  };
}
