import type { FeedBatch } from '../messages/dashboard-feed.js';
import type { DashboardPlan } from './plan.js';

/** What a person asks of a recording that is being replayed. `at`: market time. */
export type ReplayCommand =
  | { readonly kind: 'speed'; readonly speed: number }
  | { readonly kind: 'play'; readonly isPlaying: boolean }
  | { readonly kind: 'seek'; readonly at: number };

/** To the dashboard's process. */
export type ToDashboard =
  | { readonly kind: 'plan'; readonly plan: DashboardPlan }
  | ({ readonly kind: 'batch' } & FeedBatch);

/** From the dashboard's process: to an engine nothing but how it stands and what it has read. */
export type FromDashboard =
  | { readonly kind: 'ready'; readonly port: number; readonly code: string }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string }
  | { readonly kind: 'read'; readonly n: number }
  /** Only while it shows a replay. */
  | { readonly kind: 'replay'; readonly command: ReplayCommand };
