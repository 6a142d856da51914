import type { Result } from '../domain/result.js';
import { limits } from '../limits.js';
import { type FileProblem, LineFile } from './lines.js';

/**
 * What is wrong with a capture, in one line each. `bad_line`: not a line `{recv_ms, event}`; what it holds is handed on
 * as it is, so that the feed refuses it and loses only the books it may have changed. `out_of_order`: a receive time
 * earlier than the line before it; taken as received then. `torn`: the file ends in the middle of a line or a gzip
 * member; the complete lines were read. `too_many_files`: more than `limits.capturesOpenMax` at once.
 */
export type CaptureProblem =
  | FileProblem
  | {
      readonly code: 'bad_line' | 'out_of_order' | 'torn' | 'too_many_files';
      readonly path: string;
      readonly line: number;
      readonly detail: string;
    };

/** One captured message: the venue's own text lies in `bytes` from `start` to `end`, and only during the call. */
export type OnCaptured = (recvMs: number, bytes: Buffer, start: number, end: number) => void;

export type CaptureOptions = {
  /** Inclusive; null reads all. */
  readonly untilMs: number | null;
  /** Asked between blocks: true ends the reading. */
  readonly isEnough?: () => boolean;
  readonly onCaptured: OnCaptured;
  readonly onProblem: (problem: CaptureProblem) => void;
};

export type CaptureTotals = { readonly lines: number; readonly problems: number };

/** `{"recv_ms":` */
const prefix = Buffer.from('{"recv_ms":');
/** `,"event":` */
const middle = Buffer.from(',"event":');

/**
 * Reads raw captures, lines `{"recv_ms": real ms, "event": the venue's message verbatim}`, merged by receive time; equal
 * times keep the order of the files, then of their lines. Never throws for what is in them.
 */
export async function readCaptures(
  paths: readonly string[],
  options: CaptureOptions,
): Promise<CaptureTotals> {
  if (paths.length > limits.capturesOpenMax) {
    const detail = `${paths.length} files at once; at most ${limits.capturesOpenMax} are merged`;
    options.onProblem({ code: 'too_many_files', path: paths[0] ?? '', line: 0, detail });
    return { lines: 0, problems: 1 };
  }
  const merge = new Merge(options);
  try {
    // Each reads its beginning while the others are opened.
    const opened = await Promise.all(
      paths.map((path) => LineFile.open(path, { keepsLastLine: true })),
    );
    for (const file of opened) await merge.add(file);
    await merge.run();
  } finally {
    await merge.close();
  }
  return { lines: merge.lines, problems: merge.problems };
}

/** The next message of one file. */
class Head {
  readonly file: LineFile;
  recvMs = Number.NEGATIVE_INFINITY;
  start = 0;
  end = 0;
  isBad = false;
  isLate = false;

  constructor(file: LineFile) {
    this.file = file;
  }

  /** Reads the line the file stands on: by its bytes when it has the usual shape, else as JSON. */
  read(): void {
    const { bytes, start, end } = this.file;
    this.isBad = false;
    let at = start + prefix.length;
    let recvMs = 0;
    let isUsual = matches(bytes, start, prefix) && bytes[end - 1] === 125;
    for (let digit = (bytes[at] ?? 0) - 48; digit >= 0 && digit <= 9; ) {
      recvMs = recvMs * 10 + digit;
      at += 1;
      digit = (bytes[at] ?? 0) - 48;
    }
    const digits = at - start - prefix.length;
    isUsual &&= digits > 0 && digits < 16 && matches(bytes, at, middle);
    const eventAt = at + middle.length;
    // A third field after the event would pass here; the feed then refuses the message.
    isUsual &&= bytes[eventAt] === 123 && bytes[end - 2] === 125;
    if (isUsual) {
      this.start = eventAt;
      this.end = end - 1;
      this.stamp(recvMs);
    } else this.readJson(bytes.toString('utf8', start, end));
  }

  private readJson(text: string): void {
    const parsed = parseLine(text);
    if (parsed === null) {
      this.isBad = true;
      this.start = this.file.start;
      this.end = this.file.end;
      this.stamp(this.recvMs);
      return;
    }
    // Rare: the bytes are laid out anew in place of the line, which the file has passed already.
    const event = Buffer.from(JSON.stringify(parsed.event));
    this.replacement = event;
    this.start = 0;
    this.end = event.length;
    this.stamp(parsed.recvMs);
  }

  /** The event of an unusual line, in our own spelling; null for the usual ones. */
  replacement: Buffer | null = null;

  private stamp(recvMs: number): void {
    this.isLate = recvMs < this.recvMs;
    if (!this.isLate) this.recvMs = recvMs;
  }
}

class Merge {
  lines = 0;
  problems = 0;
  private readonly options: CaptureOptions;
  private readonly heads: Head[] = [];
  private readonly files: LineFile[] = [];

  constructor(options: CaptureOptions) {
    this.options = options;
  }

  async add(opened: Result<LineFile, FileProblem>): Promise<void> {
    if (!opened.ok) {
      this.report(opened.error);
      return;
    }
    this.files.push(opened.value);
    const head = new Head(opened.value);
    if (await this.advance(head)) this.heads.push(head);
  }

  async run(): Promise<void> {
    const { heads } = this;
    const { isEnough = () => false } = this.options;
    while (heads.length > 0 && !isEnough()) {
      let first = 0;
      // Another file takes over at its own time if it stands before this one, else just after it.
      let bound = Number.POSITIVE_INFINITY;
      for (let index = 1; index < heads.length; index += 1) {
        const recvMs = (heads[index] as Head).recvMs;
        const firstMs = (heads[first] as Head).recvMs;
        if (recvMs < firstMs) {
          bound = firstMs - 1;
          first = index;
        } else if (recvMs < bound) bound = recvMs;
      }
      const head = heads[first] as Head;
      if (await this.drain(head, bound)) continue;
      heads.splice(first, 1);
    }
  }

  async close(): Promise<void> {
    for (const file of this.files) await file.close();
  }

  /** Delivers from one file while it is its turn. False when it has no more. */
  private async drain(head: Head, bound: number): Promise<boolean> {
    const { onCaptured, isEnough = () => false } = this.options;
    const untilMs = this.options.untilMs ?? Number.POSITIVE_INFINITY;
    const { file } = head;
    do {
      for (;;) {
        if (head.recvMs > bound) return true;
        // All others are at least as late.
        if (head.recvMs > untilMs) return false;
        this.lines += 1;
        if (head.isBad || head.isLate) this.reportLine(head);
        if (head.replacement === null) onCaptured(head.recvMs, file.bytes, head.start, head.end);
        else {
          onCaptured(head.recvMs, head.replacement, head.start, head.end);
          head.replacement = null;
        }
        if (!nextLine(file)) break;
        head.read();
      }
    } while (!isEnough() && (await this.advance(head)));
    return false;
  }

  /** Moves over a block's end. False at the end of the file, with what is to be said about it. */
  private async advance(head: Head): Promise<boolean> {
    const { file } = head;
    let has = await file.fill();
    while (has && file.end === file.start) has = nextLine(file) || (await file.fill());
    if (has) {
      head.read();
      return true;
    }
    if (file.problem !== null) this.report(file.problem);
    else if (file.isTorn) {
      const detail =
        'the file ends in the middle of a line; the complete lines before it were read';
      this.report({ code: 'torn', path: file.path, line: file.line + 1, detail });
    }
    await file.close();
    return false;
  }

  private reportLine(head: Head): void {
    const { path, line, bytes, start, end } = head.file;
    if (head.isBad) {
      const text = bytes.toString('utf8', start, Math.min(end, start + 120));
      this.report({ code: 'bad_line', path, line, detail: `not {recv_ms, event}: ${text}` });
    } else {
      const detail = 'received before the line above it; taken as received with it';
      this.report({ code: 'out_of_order', path, line, detail });
    }
  }

  private report(problem: CaptureProblem): void {
    this.problems += 1;
    this.options.onProblem(problem);
  }
}

/** The next line that is not empty. */
function nextLine(file: LineFile): boolean {
  while (file.next()) if (file.end > file.start) return true;
  return false;
}

function matches(bytes: Buffer, at: number, expected: Buffer): boolean {
  for (let index = 0; index < expected.length; index += 1)
    if (bytes[at + index] !== expected[index]) return false;
  return true;
}

function parseLine(text: string): { readonly recvMs: number; readonly event: object } | null {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof line !== 'object' || line === null) return null;
  if (!('recv_ms' in line) || !('event' in line)) return null;
  const { recv_ms: recvMs, event } = line;
  if (typeof recvMs !== 'number' || !Number.isSafeInteger(recvMs) || recvMs < 0) return null;
  return typeof event === 'object' && event !== null ? { recvMs, event } : null;
}
