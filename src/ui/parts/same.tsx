import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';

type SameProps<Row> = {
  readonly row: Row;
  readonly draw: (row: Row) => ComponentChildren;
};

/** What a row looks like, looked at again only when the row is another; clocks inside of it go on by themselves. */
export const Same = <Row,>({ row, draw }: SameProps<Row>) => (
  <>{useMemo(() => draw(row), [row])}</>
);
