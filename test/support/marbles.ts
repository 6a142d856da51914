import type { SchedulerLike } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';

/** What a drawing is made with, and the scheduler whose time it shows: one column is one millisecond from 0. */
export type Drawing = RunHelpers & { readonly scheduler: SchedulerLike };

/** A test that is a drawing: sources, then subscriptions, then what is expected, columns aligned by blanks. */
export const marbles = (draw: (drawing: Drawing) => void) => (): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => draw({ ...helpers, scheduler }));
};
