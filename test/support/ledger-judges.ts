import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * `opened`: it was accepted, holds the records up to `seq` as they were written, and bears to be written to. Else why not;
 * `died`: it ended the process, `then …`: it was accepted and should not have been.
 */
export type Judgement =
  | { readonly code: 'opened'; readonly seq: number }
  | { readonly code: string; readonly text: string };

const program = fileURLToPath(new URL('./ledger-judge.mjs', import.meta.url));

/** A process that opens ledgers with the real code. One that dies is replaced. */
export class LedgerJudge {
  private readonly args: readonly string[];
  private child: ChildProcessWithoutNullStreams | null = null;
  private answer: (judgement: Judgement) => void = () => {};

  constructor(dist: string, runsPath: string) {
    this.args = [program, dist, runsPath];
  }

  /** One at a time. */
  ask(home: string): Promise<Judgement> {
    const child = this.child ?? this.start();
    return new Promise((done) => {
      this.answer = done;
      child.stdin.write(`${home}\n`);
    });
  }

  async close(): Promise<void> {
    const { child } = this;
    if (child === null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.stdin.end();
    await gone;
  }

  private start(): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, this.args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child = child;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    createInterface({ input: child.stdout }).on('line', (line) =>
      this.answer(JSON.parse(line) as Judgement),
    );
    child.once('exit', (code, signal) => {
      this.child = null;
      this.answer({ code: 'died', text: `${signal ?? code} ${errors.slice(-500)}` });
    });
    return child;
  }
}
