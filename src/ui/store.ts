import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { limits } from '../limits.js';
import type { DashboardState, Sections, Tables, Told } from '../messages/dashboard.js';
import { emptyState, patched } from '../messages/dashboard-patch.js';

/** How the page hears from the server. `lost`: what is shown is as old as `since`. */
export type StreamState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly since: number }
  | { readonly kind: 'signed-out'; readonly why: string };

/** All the page knows. */
export const state = signal<DashboardState>(emptyState);
export const stream = signal<StreamState>({ kind: 'connecting' });
/** Real ms at which the page last heard anything, and the header; null: never. */
export const heardAt = signal<number | null>(null);
export const headerAt = signal<number | null>(null);

const section = <Name extends keyof Sections>(
  name: Name,
): ReadonlySignal<Sections[Name] | undefined> => computed(() => state.value.sections[name]);

const table = <Name extends keyof Tables>(name: Name): ReadonlySignal<readonly Tables[Name][]> => {
  const rows = computed(() => state.value.rows[name]);
  return computed(() => Object.values(rows.value));
};

export const header = section('header');
export const tiles = section('tiles');
export const equity = section('equity');
export const marks = section('marks');
export const limitRows = section('limits');
export const funnel = section('funnel');
export const calibration = section('calibration');
export const treasury = section('treasury');
export const replay = section('replay');

/** A ledger's own page: it says neither what was quoted, nor what the caps were, nor what was logged. */
export const isAtRest = computed(() => header.value?.source === 'finished');

export const decisions = table('decisions');
export const positions = table('positions');
export const orders = table('orders');
export const markets = table('markets');
export const events = table('events');
export const log = table('log');

/** What the server says, in the order it says it. */
export function hear(told: Told, at: number): void {
  batch(() => {
    state.value = bounded(
      told.event === 'snapshot' ? told.data : patched(state.value, told.data),
      limits.pageRowsMax,
    );
    heardAt.value = at;
    if (told.data.sections?.header !== undefined) headerAt.value = at;
    if (stream.value.kind !== 'open') stream.value = { kind: 'open' };
  });
}

/** The connection broke. Since when what is shown is old is said once, however often it breaks again. */
export function lose(at: number): void {
  if (stream.value.kind === 'lost' || stream.value.kind === 'signed-out') return;
  stream.value = { kind: 'lost', since: heardAt.value ?? at };
}

/** No table grows past `rowsMax`: the rows that came first go. The same object when nothing went. */
export function bounded(now: DashboardState, rowsMax: number): DashboardState {
  let rows = now.rows;
  for (const name of Object.keys(rows) as (keyof Tables)[]) {
    const keys = Object.keys(rows[name]);
    if (keys.length <= rowsMax) continue;
    const kept = { ...rows[name] };
    for (const key of keys.slice(0, keys.length - rowsMax)) delete kept[key];
    rows = { ...rows, [name]: kept };
  }
  return rows === now.rows ? now : { ...now, rows };
}

export type Age = { readonly ms: number | null; readonly isStale: boolean };

/** An age the header told, with the time since it told it. Not knowing is stale only where something should be known. */
export function grown(
  told: number | null | undefined,
  toldAt: number | null,
  now: number,
  staleMs: number | null,
): Age {
  if (told === null || told === undefined || toldAt === null) return { ms: null, isStale: false };
  const ms = told + Math.max(0, now - toldAt);
  return { ms, isStale: staleMs !== null && !(ms <= staleMs) };
}

/** Whether time goes on for what is shown: not in a replay, which tells its own, nor where nothing runs. */
export const isMoving = ({ source, state: phase }: Sections['header']): boolean =>
  source === 'live' && phase !== 'stopped';

/** Market time now: the header's, carried on at the header's speed while the engine runs and is heard; `oldSince`: until then. */
export function marketNow(
  head: Sections['header'] | undefined,
  toldAt: number | null,
  now: number,
  oldSince: number | null = null,
): number | null {
  if (head === undefined) return null;
  const heardUntil = Math.min(now, oldSince ?? now);
  return isMoving(head) && toldAt !== null
    ? head.at + Math.max(0, heardUntil - toldAt) * head.speed
    : head.at;
}

/** A live engine that has said nothing for too long: since when, real ms; else null. */
export function silentSince(
  head: Sections['header'] | undefined,
  lastHeardAt: number | null,
  now: number,
): number | null {
  if (head === undefined || !isMoving(head) || lastHeardAt === null) return null;
  return now - lastHeardAt > limits.pageSilentMs ? lastHeardAt : null;
}
