import { renameSync, rmSync } from 'node:fs';
import { type BasicType, fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { limits } from '../limits.js';

/** `integer`: whole numbers of what the column's name says; `time`: ms since the epoch, UTC. */
export type ColumnKind = 'integer' | 'text' | 'flag' | 'time';
/** By column, in their order. */
export type Columns = Readonly<Record<string, ColumnKind>>;
export type Cell = string | number | boolean | null;

const types: Readonly<Record<ColumnKind, BasicType>> = {
  integer: 'INT64',
  text: 'STRING',
  flag: 'BOOLEAN',
  time: 'TIMESTAMP',
};

/**
 * One Parquet file, written row by row under a name of its own and given the right one once it is whole. Holds one row group
 * in memory. May throw what the disk throws; `discard` then takes away what was begun.
 */
export class ParquetTable {
  rows = 0;
  private readonly path: string;
  private readonly draft: string;
  private readonly columns: readonly (readonly [name: string, kind: ColumnKind])[];
  private readonly file: ReturnType<typeof fileWriter>;
  private readonly writer: ParquetWriter;
  private readonly gathered: unknown[][];

  constructor(path: string, columns: Columns) {
    this.path = path;
    this.draft = `${path}.draft`;
    this.columns = Object.entries(columns);
    this.gathered = this.columns.map(() => []);
    this.file = fileWriter(this.draft);
    const columnData = this.columns.map(([name, kind]) => ({ name, data: [], type: types[kind] }));
    this.writer = new ParquetWriter({
      writer: this.file,
      schema: schemaFromColumnData({ columnData }),
      createdBy: 'event-trading-bot',
    });
  }

  /** A column that the row leaves out is null. */
  add(row: Readonly<Record<string, Cell>>): void {
    for (const [at, [name, kind]] of this.columns.entries())
      this.gathered[at]?.push(stored(row[name] ?? null, kind));
    this.rows += 1;
    if (this.gathered[0]?.length === limits.parquetGroupRows) this.writeGroup();
  }

  /** Writes the rest and gives the file its name. */
  close(): void {
    if ((this.gathered[0]?.length ?? 0) > 0 || this.rows === 0) this.writeGroup();
    // The file's writer is synchronous: there is no promise to wait for.
    void this.writer.finish();
    renameSync(this.draft, this.path);
  }

  discard(): void {
    rmSync(this.draft, { force: true });
  }

  private writeGroup(): void {
    const columnData = this.columns.map(([name, kind], at) => ({
      name,
      data: this.gathered[at]?.splice(0) ?? [],
      type: types[kind],
    }));
    void this.writer.write({ columnData, rowGroupSize: limits.parquetGroupRows });
  }
}

function stored(cell: Cell, kind: ColumnKind): unknown {
  if (cell === null) return null;
  if (kind === 'integer') return BigInt(cell);
  return kind === 'time' ? new Date(Number(cell)) : cell;
}
