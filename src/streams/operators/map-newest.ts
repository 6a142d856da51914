import {
  defer,
  EMPTY,
  exhaustMap,
  type Observable,
  type OperatorFunction,
  of,
  repeat,
  tap,
} from 'rxjs';

/**
 * One projection at a time; meanwhile only the newest input is kept, and taken up next. Never queues, never starves.
 *
 *   source   -abcd-----e---|
 *   work      ---x|
 *   result   ----a---d----e|
 */
export const mapNewest =
  <Value, Result>(project: (value: Value) => Observable<Result>): OperatorFunction<Value, Result> =>
  (source$) =>
    defer(() => {
      let waiting: { readonly value: Value } | null = null;
      const takeUp = defer(() => {
        if (waiting === null) return EMPTY;
        const { value } = waiting;
        waiting = null;
        return project(value);
      });
      return source$.pipe(
        tap((value) => {
          waiting = { value };
        }),
        // Not `switchMap`: work that is cut off again and again would never finish.
        exhaustMap(() =>
          takeUp.pipe(repeat({ delay: () => (waiting === null ? EMPTY : of(true)) })),
        ),
      );
    });
