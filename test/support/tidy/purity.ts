import { lineOf } from './masked.js';
import { isExcused, type SourceFile, type Violation } from './violation.js';
import { zoneOf } from './walls.js';

const synchronous: ReadonlySet<string> = new Set(['domain', 'messages', 'valuation', 'streams']);

/** What decides is synchronous: a promise escapes the log’s time. */
const isSynchronous = ({ path }: SourceFile): boolean =>
  synchronous.has(zoneOf(path)) ||
  path === 'src/engine.ts' ||
  path.startsWith('src/engine/decisions') ||
  (zoneOf(path) === 'actors' && !/\/perform[^/]*$/.test(path)) ||
  /\/decide[^/]*$/.test(path);

/** Zones in which an expected failure is a value. `assert` throws for them; the rest is a shell that may fail. */
const valued: ReadonlySet<string> = new Set([
  ...synchronous,
  'actors',
  'exchange',
  'sources',
  'sinks',
  'engine',
  'intake',
  'limits',
  'log-scheduler',
]);

type Rule = {
  readonly pattern: RegExp;
  readonly rule: string;
  readonly instead: string;
  readonly applies: (file: SourceFile) => boolean;
};

const rules: readonly Rule[] = [
  {
    pattern: /\basync\b|\bawait\b|\bPromise\b/g,
    rule: 'a promise where everything is synchronous',
    instead: 'Ask for an effect; its reply comes through the log',
    applies: isSynchronous,
  },
  {
    pattern: /\bas\s+any\b|[:<,|&]\s*any\b|\bany\[\]/g,
    rule: 'any',
    instead: 'Use unknown and look',
    applies: () => true,
  },
  {
    // A bug may be told from anywhere; whoever throws it dies.
    pattern: /\bthrow\b(?!\s+new InvariantError\b)/g,
    rule: 'throw',
    instead: 'Return a coded failure, or assert',
    applies: (file) => valued.has(zoneOf(file.path)),
  },
  {
    pattern: /\.subscribe\(/g,
    rule: 'subscribe in a stream',
    instead: 'Return the observable; the engine subscribes',
    applies: ({ path }) => zoneOf(path) === 'streams',
  },
  {
    pattern: /\bnew (?:\w*Subject)\b/g,
    rule: 'a subject outside operators',
    instead: 'Write an operator',
    applies: ({ path }) => zoneOf(path) === 'streams' && !path.startsWith('src/streams/operators/'),
  },
  {
    pattern: /\bconsole\.|\bprocess\b/g,
    rule: 'the process in a pure part',
    instead: 'Say it with a message',
    applies: (file) => synchronous.has(zoneOf(file.path)),
  },
];

export const purityViolations = (file: SourceFile): readonly Violation[] =>
  rules
    .filter(({ applies }) => applies(file))
    .flatMap(({ pattern, rule, instead }) =>
      [...file.code.matchAll(pattern)].flatMap(({ index }): readonly Violation[] => {
        const line = lineOf(file.text, index);
        return isExcused(file, line) ? [] : [{ path: file.path, line, rule, instead }];
      }),
    );
