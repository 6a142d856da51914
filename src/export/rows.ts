import type { Cell } from './parquet-table.js';
import type { TableName, tables } from './tables.js';

export type Row<Name extends TableName> = Readonly<Record<keyof (typeof tables)[Name], Cell>>;
/** Takes a row of a table. */
export type AddRow = <Name extends TableName>(table: Name, row: Row<Name>) => void;
