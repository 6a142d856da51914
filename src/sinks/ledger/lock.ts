import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { err, ok, type Result } from '../../domain/result.js';
import { makeDirectory } from './directories.js';
import { type LedgerProblem, reasonOf } from './problem.js';

export type Lock = { readonly release: () => Promise<void> };

type Holder = { readonly pid: number; readonly bootId: string };

/**
 * One process per directory: of a ledger, of what an operator asks of an engine. On Linux an abstract socket, which the
 * kernel frees when its owner dies however it dies; a file with pid and boot id beside it names the owner, and is the lock
 * itself where there are no abstract sockets.
 */
export async function takeLock(home: string): Promise<Result<Lock, LedgerProblem>> {
  const path = join(home, 'lock.json');
  try {
    makeDirectory(home);
    const held = holderOf(path);
    const inUse = (): Result<never, LedgerProblem> => {
      const owner = holderOf(path);
      return err({
        code: 'in_use',
        text: `${home}: another instance is at work here${owner === null ? '' : ` (process ${owner.pid})`}; stop it, or choose another BOT_DATA_DIR`,
      });
    };
    let server: Server | null = null;
    if (process.platform === 'linux') {
      server = await listen(socketOf(home));
      if (server === null) return inUse();
    } else if (held !== null && held.bootId === bootId() && isAlive(held.pid)) return inUse();
    writeFileSync(path, `${JSON.stringify({ pid: process.pid, bootId: bootId() })}\n`, {
      mode: 0o600,
    });
    return ok({
      release: async () => {
        rmSync(path, { force: true });
        await new Promise<void>((done) => {
          if (server === null) done();
          else server.close(() => done());
        });
      },
    });
  } catch (error) {
    return err({ code: 'not_writable', text: `${home}: cannot be used: ${reasonOf(error)}` });
  }
}

/** Who has the ledger now, without taking the lock; null: nobody. `pid` null: somebody who is not named. */
export async function lockHolder(home: string): Promise<{ readonly pid: number | null } | null> {
  if (!existsSync(home)) return null;
  const named = holderOf(join(home, 'lock.json'));
  const isHeld =
    process.platform === 'linux'
      ? await answers(socketOf(home))
      : named !== null && named.bootId === bootId() && isAlive(named.pid);
  return isHeld ? { pid: named?.pid ?? null } : null;
}

const socketOf = (home: string): string => {
  const name = createHash('sha256').update(realpathSync(home)).digest('hex').slice(0, 32);
  return `\0event-trading-bot-${name}`;
};

/** Whether anybody listens there; what cannot be told counts as somebody. */
const answers = (path: string): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      done(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });

/** The listening server, or null when somebody else has the name. */
const listen = (path: string): Promise<Server | null> =>
  new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') done(null);
      else fail(error);
    });
    server.listen({ path }, () => {
      server.unref();
      done(server);
    });
  });

function holderOf(path: string): Holder | null {
  try {
    const held: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof held !== 'object' || held === null) return null;
    const { pid, bootId: boot } = held as Partial<Holder>;
    return Number.isSafeInteger(pid) ? { pid: Number(pid), bootId: String(boot) } : null;
  } catch {
    return null;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
