import type { ComponentChildren, TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';
import { Same } from './same.js';

/** As `--row` in base.css. */
export const rowPx = 30;
const spareRows = 8;

/** Which of `total` rows are drawn, when `px` of them are scrolled past and `heightPx` are seen. */
export function drawn(px: number, heightPx: number, total: number) {
  const first = Math.max(0, Math.min(Math.floor(px / rowPx), total) - spareRows);
  const last = Math.min(total, Math.ceil((px + heightPx) / rowPx) + spareRows);
  return { first, last: Math.max(first, last) };
}

type ScrollerProps<Row> = {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly head: ComponentChildren;
  readonly heightPx: number;
  readonly draw: (row: Row) => ComponentChildren;
  readonly classOf?: (row: Row) => string;
};

/** Wherever a row is clicked, it does what the button in it does. */
function openRow({ target }: TargetedEvent<HTMLTableSectionElement>): void {
  if (!(target instanceof Element) || target.closest('button, a') !== null) return;
  target.closest('tr')?.querySelector('button')?.click();
}

/** A table of which only the rows in sight exist. */
export function Scroller<Row>(props: ScrollerProps<Row>) {
  const { label, rows, keyOf, head, heightPx, draw, classOf } = props;
  const [px, setPx] = useState(0);
  const { first, last } = drawn(Math.min(px, rows.length * rowPx), heightPx, rows.length);
  const onScroll = (event: TargetedEvent<HTMLDivElement>) => {
    // Redrawn by steps of rows, not of pixels.
    const to = Math.floor(event.currentTarget.scrollTop / (rowPx * 4)) * rowPx * 4;
    if (to !== px) setPx(to);
  };
  const above = first * rowPx;
  const below = (rows.length - last) * rowPx;
  return (
    <section
      class="scroller"
      style={{ maxHeight: `${heightPx}px` }}
      onScroll={onScroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
      tabIndex={0}
      aria-label={label}
    >
      <div style={{ paddingTop: `${above}px`, paddingBottom: `${below}px` }}>
        <table aria-rowcount={rows.length + 1}>
          <thead>{head}</thead>
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: by keyboard its button is reached */}
          <tbody onClick={openRow}>
            {rows.slice(first, last).map((row, index) => (
              <tr key={keyOf(row)} class={classOf?.(row)} aria-rowindex={first + index + 2}>
                <Same row={row} draw={draw} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
