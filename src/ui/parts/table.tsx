import type { ComponentChildren } from 'preact';
import { Same } from './same.js';

export type Column<Row> = {
  readonly head: string;
  /** What the numbers under it mean, for whoever points at it. */
  readonly title?: string;
  /** Texts stand left, numbers right. */
  readonly isText?: boolean;
  /** `wide`: not on a narrow screen. `slim`: not on a phone. `name`: takes what is left, and is cut off. */
  readonly kind?: 'wide' | 'slim' | 'name';
  readonly cell: (row: Row) => ComponentChildren;
  readonly hint?: (row: Row) => string;
};

const classOf = <Row,>({ isText, kind }: Column<Row>): string =>
  [isText === true || kind === 'name' ? 'text' : '', kind ?? ''].join(' ').trim();

export const HeadRow = <Row,>({ columns }: { readonly columns: readonly Column<Row>[] }) => (
  <tr>
    {columns.map((column) => (
      <th key={column.head} scope="col" class={classOf(column)} title={column.title}>
        {column.head}
      </th>
    ))}
  </tr>
);

export const Cells = <Row,>(props: {
  readonly columns: readonly Column<Row>[];
  readonly row: Row;
}) => (
  <>
    {props.columns.map((column) => (
      <td key={column.head} class={classOf(column)} title={column.hint?.(props.row)}>
        {column.kind === 'name' ? (
          <div class="clip">{column.cell(props.row)}</div>
        ) : (
          column.cell(props.row)
        )}
      </td>
    ))}
  </>
);

type ListProps<Row> = {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly rowClass?: (row: Row) => string;
};

/** A table that is short enough to be drawn whole. */
export const List = <Row,>({ label, columns, rows, keyOf, rowClass }: ListProps<Row>) => {
  const draw = (row: Row) => <Cells columns={columns} row={row} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section class="scroller low" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <HeadRow columns={columns} />
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} class={rowClass?.(row)}>
              <Same row={row} draw={draw} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};
