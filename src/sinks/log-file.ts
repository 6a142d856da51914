import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export type LogFileOptions = {
  readonly path: string;
  /** A file that reaches this is put aside as `path.1`, what was there as `path.2`, and so on. */
  readonly bytesMax: number;
  /** Files put aside; the oldest makes room. */
  readonly keptMax: number;
  /** Told once when nothing can be written, and again only after something could. */
  readonly report: (problem: string) => void;
};

/**
 * A log of bounded size. What cannot be written is lost and counted: a log costs no order. The next line that can be written
 * is preceded by one that says how many were lost.
 */
export class LogFile {
  private readonly options: LogFileOptions;
  private file: number;
  private bytes: number;
  private lost = 0;

  /** Throws where the file cannot be opened. */
  constructor(options: LogFileOptions) {
    this.options = options;
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
    this.file = openSync(options.path, 'a', 0o600);
    this.bytes = fstatSync(this.file).size;
  }

  /** `line` ends with a line end. */
  write(line: string): void {
    try {
      if (this.bytes >= this.options.bytesMax) this.putAside();
      if (this.lost > 0) {
        this.append(`\n{"level":40,"code":"log_lines_lost","lines":${this.lost}}\n`);
        this.lost = 0;
      }
      this.append(line);
    } catch (error) {
      if (this.lost === 0)
        this.options.report(`${this.options.path}: ${error instanceof Error ? error.message : ''}`);
      this.lost += 1;
    }
  }

  private append(text: string): void {
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length; ) {
      const written = writeSync(this.file, bytes, from);
      from += written;
      this.bytes += written;
    }
  }

  private putAside(): void {
    const { path, keptMax } = this.options;
    const nameOf = (age: number): string => (age === 0 ? path : `${path}.${age}`);
    for (let age = keptMax - 1; age >= 0; age -= 1)
      if (existsSync(nameOf(age))) renameSync(nameOf(age), nameOf(age + 1));
    const next = openSync(path, 'a', 0o600);
    closeSync(this.file);
    this.file = next;
    this.bytes = 0;
  }
}
