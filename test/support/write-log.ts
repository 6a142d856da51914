import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { straced } from './strace.js';

/** What a process asked of the disk, in the order in which it was done. A file keeps its number through renames. */
export type DiskEvent =
  | { readonly kind: 'made'; readonly path: string; readonly file: number | 'directory' }
  | {
      readonly kind: 'written';
      readonly file: number;
      readonly at: number;
      readonly bytes: Buffer;
      /** On disk when the call returns. */
      readonly isDurable: boolean;
    }
  | { readonly kind: 'cut'; readonly file: number; readonly size: number }
  | { readonly kind: 'synced'; readonly path: string; readonly file: number | 'directory' }
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  | { readonly kind: 'removed'; readonly path: string }
  /** A line on standard output. */
  | { readonly kind: 'said'; readonly line: string };

const calls = [
  '?open,openat,?creat,?mkdir,mkdirat,pwrite64,pwritev,pwritev2,write,writev,lseek,fdatasync,fsync',
  'ftruncate,?rename,renameat,renameat2,?unlink,unlinkat,fallocate,copy_file_range,sendfile',
].join(',');

/** Runs a program and returns what it did below `root`, with what it said in between. */
export function recordedWrites(root: string, tracePath: string, args: readonly string[]) {
  const options = ['-y', '-xx', '-s', '4194304', '-o', tracePath, '-e', `trace=${calls}`];
  const { status, out, err } = straced(['--seccomp-bpf', ...options], args);
  if (status !== 0) throw new Error(`the program ended with ${status}: ${out.slice(-300)} ${err}`);
  const log = new WriteLog(root);
  for (const call of callsOf(readFileSync(tracePath, 'latin1'))) log.take(call);
  return log.events;
}

type Call = { readonly name: string; readonly args: string; readonly result: string };

/** A call that another thread's call came between is told in two lines; it counts where it ended. */
function* callsOf(trace: string): Iterable<Call> {
  const begun = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, pid = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (text.endsWith(' <unfinished ...>')) {
      begun.set(pid, text.slice(0, -' <unfinished ...>'.length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    const whole = resumed === null ? text : `${begun.get(pid) ?? ''}${resumed[1]}`;
    const [, name, args, result] = /^(\w+)\((.*)\)\s+= (\S+.*)$/.exec(whole) ?? [];
    if (name !== undefined && args !== undefined && result !== undefined && !result.startsWith('-'))
      yield { name, args, result };
  }
}

type Descriptor = { readonly file: number; offset: number; readonly isDurable: boolean };

class WriteLog {
  readonly events: DiskEvent[] = [];
  private readonly root: string;
  private readonly files = new Map<string, number>();
  private readonly descriptors = new Map<number, Descriptor>();
  private filesMade = 0;

  constructor(root: string) {
    this.root = root;
  }

  take({ name, args, result }: Call): void {
    const strings = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) =>
      Buffer.from(hex.replaceAll('\\x', ''), 'hex'),
    );
    const [, number = '-1', path = ''] = /^(\d+)<((?:\\x[0-9a-f]{2})*)>/.exec(args) ?? [];
    const descriptor = Number(number);
    const at = decoded(path);
    if (name.startsWith('open') || name === 'creat') this.opened(args, result, strings);
    else if (name.startsWith('mkdir')) this.made(textOf(strings[0]), 'directory');
    else if (name.startsWith('rename')) this.renamed(textOf(strings[0]), textOf(strings[1]));
    else if (name.startsWith('unlink')) this.removed(textOf(strings[0]));
    else if (descriptor === 1 && name === 'write')
      for (const line of textOf(strings[0]).trimEnd().split('\n'))
        this.events.push({ kind: 'said', line });
    else if (this.isInside(at)) this.changed(name, descriptor, at, args, result, strings);
  }

  private changed(
    name: string,
    descriptor: number,
    path: string,
    args: string,
    result: string,
    strings: readonly Buffer[],
  ): void {
    const file = this.files.get(path) ?? 'directory';
    if (name === 'fsync' || name === 'fdatasync') {
      this.events.push({ kind: 'synced', path, file });
      return;
    }
    const open = this.descriptors.get(descriptor);
    // A lock file's bytes and the like are not kept.
    if (open === undefined) return;
    const lastNumber = Number(args.slice(args.lastIndexOf(',') + 1));
    if (name === 'lseek') open.offset = Number.parseInt(result, 10);
    else if (name === 'ftruncate')
      this.events.push({ kind: 'cut', file: open.file, size: lastNumber });
    else if (name === 'pwrite64' || name === 'pwritev')
      this.written(open, lastNumber, strings, result);
    else if (name === 'write' || name === 'writev') {
      this.written(open, open.offset, strings, result);
      open.offset += Number.parseInt(result, 10);
    } else throw new Error(`${name} of ${path} is not understood`);
  }

  private written(open: Descriptor, at: number, strings: readonly Buffer[], result: string): void {
    const bytes = Buffer.concat(strings).subarray(0, Number.parseInt(result, 10));
    const { file, isDurable } = open;
    this.events.push({ kind: 'written', file, at, bytes, isDurable });
  }

  private opened(args: string, result: string, strings: readonly Buffer[]): void {
    const path = textOf(strings[0]);
    if (!this.isInside(path)) return;
    const descriptor = Number.parseInt(result, 10);
    if (args.includes('O_CREAT') && !this.files.has(path)) {
      this.filesMade += 1;
      this.made(path, this.filesMade);
    }
    const file = this.files.get(path);
    if (file === undefined) return;
    if (args.includes('O_TRUNC')) this.events.push({ kind: 'cut', file, size: 0 });
    this.descriptors.set(descriptor, {
      file,
      offset: 0,
      isDurable: args.includes('O_DSYNC') || args.includes('O_SYNC'),
    });
  }

  private made(path: string, file: number | 'directory'): void {
    if (!this.isInside(path)) return;
    if (file !== 'directory') this.files.set(path, file);
    this.events.push({ kind: 'made', path, file });
  }

  private renamed(from: string, to: string): void {
    const file = this.files.get(from);
    if (file === undefined) return;
    this.files.delete(from);
    this.files.set(to, file);
    this.events.push({ kind: 'renamed', from, to });
  }

  private removed(path: string): void {
    if (this.files.delete(path)) this.events.push({ kind: 'removed', path });
  }

  private isInside(path: string): boolean {
    return path === this.root || dirname(path).startsWith(this.root);
  }
}

const textOf = (bytes: Buffer | undefined): string => (bytes ?? Buffer.alloc(0)).toString();
const decoded = (hex: string): string => Buffer.from(hex.replaceAll('\\x', ''), 'hex').toString();
