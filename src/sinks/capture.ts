import { Buffer } from 'node:buffer';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { err, ok, type Result } from '../domain/result.js';
import { limits } from '../limits.js';

/** `capture_exists`: a capture is never continued or written over. `disk_failed`: lines from here on are not kept. */
export type CaptureProblem = {
  readonly code: 'capture_exists' | 'disk_failed';
  readonly path: string;
  readonly detail: string;
};

/**
 * Writes a raw capture, lines `{recv_ms, event}` with the venue's text as it came, in gzip members of whole lines. What
 * is gathered is written at `limits.recorderMemberBytes`, or whenever `flush` is called: a crash loses no more than that.
 */
export class CaptureWriter {
  private readonly path: string;
  private readonly file: number;
  private gathered: string[] = [];
  private gatheredChars = 0;
  private lines = 0;
  private written = 0;
  private failure: CaptureProblem | null = null;

  private constructor(path: string, file: number) {
    this.path = path;
    this.file = file;
  }

  static open(path: string): Result<CaptureWriter, CaptureProblem> {
    try {
      mkdirSync(dirname(path), { recursive: true });
      return ok(new CaptureWriter(path, openSync(path, 'wx', 0o600)));
    } catch (thrown) {
      const isThere = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
      const code = isThere ? 'capture_exists' : 'disk_failed';
      return err({ code, path, detail: isThere ? 'the file is already there' : String(thrown) });
    }
  }

  /** Lines so far, and bytes of the file. */
  get totals(): { readonly inputs: number; readonly bytes: number; readonly path: string } {
    return { inputs: this.lines, bytes: this.written, path: this.path };
  }

  get problem(): CaptureProblem | null {
    return this.failure;
  }

  add(recvMs: number, text: string): void {
    if (this.failure !== null) return;
    const line = `{"recv_ms":${recvMs},"event":${asOneLine(text)}}\n`;
    this.gathered.push(line);
    this.gatheredChars += line.length;
    this.lines += 1;
    if (this.gatheredChars >= limits.recorderMemberBytes) this.flush();
  }

  flush(): void {
    if (this.gathered.length === 0 || this.failure !== null) return;
    const member = gzipSync(Buffer.from(this.gathered.join('')));
    this.gathered = [];
    this.gatheredChars = 0;
    try {
      for (let done = 0; done < member.length; )
        done += writeSync(this.file, member, done, member.length - done);
      this.written += member.length;
    } catch (thrown) {
      this.failure = { code: 'disk_failed', path: this.path, detail: String(thrown) };
    }
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }
}

/** The text itself when it is one line of what looks like an object; else as a JSON string, so that the line stays one. */
function asOneLine(text: string): string {
  // The exchange ends its frames with a line end.
  const frame = text.trim();
  const isOneLine = frame.startsWith('{') && frame.endsWith('}') && !/[\n\r]/.test(frame);
  return isOneLine ? frame : JSON.stringify({ text });
}
