import { posix } from 'node:path';
import { lineOf } from './masked.js';
import type { SourceFile, Violation } from './violation.js';

type Zone = {
  /** Zones it may import beside itself. */
  readonly may: readonly string[];
  /** Zones of which it may import types only. */
  readonly mayType?: readonly string[];
  /** Packages it may import; `*` is any. */
  readonly packages: readonly string[];
};

const pure = ['domain', 'messages', 'valuation', 'limits'];
const parts = ['exchange', 'sources', 'streams', 'actors', 'sinks', 'workers', 'config'];
const machinery = ['clock', 'intake', 'log-scheduler'];
const joined = [
  ...pure,
  ...parts,
  ...machinery,
  'engine',
  'replay',
  'runtime',
  'report',
  'export',
  'imports',
];

/** A zone is a folder of `src` or a file at its top. Imports point down; the parts never see each other. */
const zones: Readonly<Record<string, Zone>> = {
  domain: { may: [], packages: ['node:crypto'] },
  messages: { may: ['domain'], packages: [] },
  valuation: { may: ['domain', 'messages'], packages: [] },
  limits: { may: ['domain'], packages: [] },
  clock: { may: ['domain', 'messages', 'limits'], packages: ['node:perf_hooks'] },
  'log-scheduler': { may: ['domain', 'limits'], packages: ['rxjs'] },
  intake: { may: [...pure, 'clock', 'log-scheduler'], packages: ['rxjs', 'node:crypto'] },

  streams: { may: pure, packages: ['rxjs'] },
  actors: { may: pure, packages: ['rxjs'] },
  exchange: { may: pure, mayType: ['clock'], packages: ['*'] },
  sources: { may: pure, mayType: ['clock'], packages: ['*'] },
  sinks: { may: pure, mayType: ['clock'], packages: ['*'] },
  workers: { may: pure, mayType: ['clock'], packages: ['*'] },
  config: { may: ['domain', 'messages', 'limits'], mayType: ['clock'], packages: ['*'] },

  imports: {
    may: [...pure, 'exchange', 'sinks', 'streams', 'replay'],
    mayType: ['clock'],
    packages: [],
  },
  export: { may: [...pure, 'exchange', 'streams'], packages: ['node:fs', 'hyparquet-writer'] },
  report: { may: pure, packages: ['node:crypto'] },

  // The chain of one decision, put together from what was kept of it.
  why: { may: [...pure, 'sinks', 'config'], packages: ['node:fs', 'node:path', 'node:zlib'] },

  // These join the parts.
  engine: { may: [...pure, ...parts, ...machinery], packages: ['rxjs', 'node:crypto'] },
  replay: { may: joined, packages: ['*'] },
  runtime: { may: [...joined, 'why'], packages: ['*'] },
  backtest: { may: joined, packages: [] },
  // Backtests only: nothing in it can reach an exchange, so that no order is ever placed from another machine.
  sweep: {
    may: [...pure, 'config', 'clock', 'replay', 'sinks', 'backtest'],
    packages: ['*'],
  },
  // A process of its own beside the engine: it holds no key, and all it can do to the engine is leave a request.
  dashboard: { may: [...joined, 'why'], packages: ['*'] },
  // Engine and simulator in one thread: neither of them knows it.
  synthetic: { may: [...joined, 'backtest', 'simulator'], packages: [] },
  commands: {
    may: [...joined, 'backtest', 'sweep', 'synthetic', 'simulator', 'why', 'dashboard'],
    packages: ['*'],
  },
  main: { may: ['commands', 'config', 'domain'], packages: ['*'] },

  // The engine's judge shares no code with it, and no code knows it but what sets the two against each other.
  simulator: { may: [], packages: ['*'] },
  // The page: a replica of what the dashboard sends it.
  ui: {
    may: ['messages', 'domain', 'limits'],
    mayType: ['why'],
    packages: ['preact', 'preact/hooks', '@preact/signals', 'uplot'],
  },
};

/** zod runs where bytes arrive and nowhere else. */
const zodZones: ReadonlySet<string> = new Set(['exchange', 'config', 'sources', 'sweep']);

export type Import = {
  readonly from: string;
  readonly line: number;
  readonly isTypeOnly: boolean;
};

/** Every static and dynamic import and re-export of a file. */
export function importsOf({ text, code }: SourceFile): readonly Import[] {
  const found: Import[] = [];
  // Masked code keeps the quotes; what they hold is read from the text.
  const patterns = [
    /\b(import|export)\b([^;'"]*?)\bfrom\s*(['"])/g,
    /\b(import)\b(\s*)(['"])/g,
    /\b(import|require)(\s*\(\s*)(['"`])/g,
  ];
  for (const pattern of patterns) {
    for (const match of code.matchAll(pattern)) {
      const start = match.index + match[0].length;
      const end = text.indexOf(match[3] ?? "'", start);
      const names = match[2] ?? '';
      found.push({
        from: text.slice(start, end),
        line: lineOf(text, match.index),
        isTypeOnly: isTypeOnly(names),
      });
    }
  }
  return found;
}

/** `type { … }`, or braces in which every name says `type`. */
function isTypeOnly(clause: string): boolean {
  if (/^\s*type\s/.test(clause)) return true;
  const named = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
  if (named === undefined) return false;
  const names = named.split(',').filter((name) => name.trim() !== '');
  return names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
}

export const zoneOf = (path: string): string =>
  path.split('/')[1]?.replace(/\.(ts|tsx)$/, '') ?? '';

export function wallViolations(file: SourceFile): readonly Violation[] {
  const name = zoneOf(file.path);
  const zone = zones[name];
  const convict = (line: number, rule: string, instead: string): Violation => ({
    path: file.path,
    line,
    rule,
    instead,
  });
  if (zone === undefined) {
    return [convict(1, `no wall is drawn around ${name}`, 'Say in walls.ts what it may import')];
  }
  return importsOf(file).flatMap(({ from, line, isTypeOnly }): readonly Violation[] => {
    if (!from.startsWith('.')) {
      const isAllowed = zone.packages.includes('*') || zone.packages.includes(packageOf(from));
      if (!isAllowed) {
        return [convict(line, `${name} imports the package ${from}`, 'Hand in what it needs')];
      }
      if (from === 'zod' && !zodZones.has(name) && name !== 'simulator') {
        return [convict(line, `${name} imports zod`, 'Parse where the bytes arrive')];
      }
      return [];
    }
    const path = posix.join(posix.dirname(file.path), from);
    const target = path.startsWith('src/') ? path.split('/')[1]?.replace(/\.js$/, '') : undefined;
    if (target === undefined) {
      return [convict(line, `${name} imports ${path}`, 'The engine is src and nothing else')];
    }
    if (target === name || zone.may.includes(target)) return [];
    if (isTypeOnly && zone.mayType?.includes(target) === true) return [];
    return [convict(line, `${name} imports ${target}`, 'Exchange a message, or join them above')];
  });
}

/** `node:fs/promises` and `@scope/name/path` by what is installed. */
function packageOf(from: string): string {
  if (from.startsWith('node:')) return from;
  const [first = '', second = ''] = from.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
