import { callArguments, lineOf } from './masked.js';
import { isExcused, type SourceFile, type Violation } from './violation.js';
import { importsOf } from './walls.js';

/** Where the machine may be asked for time or chance; everywhere else a line says why: `// tidy-ok: reason`. */
export const shellFiles: readonly { readonly path: string; readonly why: string }[] = [
  { path: 'src/clock.ts', why: 'the clock port itself' },
  { path: 'src/commands/', why: 'they build the shell' },
  { path: 'src/simulator/clock.ts', why: 'the simulator shares no code, so it has its own clock' },
  { path: 'src/simulator/main.ts', why: 'the simulator’s shell' },
  { path: 'src/simulator/venue.ts', why: 'its one timer, for the world’s next event' },
  {
    path: 'src/simulator/http/',
    why: 'its socket shell: buckets and injected delays in real time',
  },
  { path: 'src/simulator/socket/', why: 'its socket shell: pings and injected delays' },
  { path: 'src/dashboard/sips.ts', why: 'a connection passes on how long it may be silent' },
  { path: 'src/dashboard/tokens.ts', why: 'a token is chance and nothing else' },
  { path: 'src/workers/pool.ts', why: 'deadlines of workers are real time' },
  { path: 'src/config/watch.ts', why: 'a changed file is read once it is quiet' },
  { path: 'src/ui/clock.ts', why: 'ages on the page are those of the person who looks at it' },
  { path: 'src/sinks/ledger/commit-time.ts', why: 'how long a commit took, for the breaker' },
  {
    path: 'src/sinks/ledger/mark-writer.ts',
    why: 'the high-water mark is written late, in real time',
  },
];

const bannedCalls: readonly (readonly [pattern: RegExp, name: string, instead: string])[] = [
  [/\bDate\.now\b/g, 'Date.now', 'the scheduler’s now(), or the clock port in the shell'],
  [/\bnew Date\(\s*\)/g, 'new Date()', 'the scheduler’s now(), or the clock port in the shell'],
  [/\bDate\(\s*\)/g, 'Date()', 'the scheduler’s now(), or the clock port in the shell'],
  [/\bperformance\.now\b/g, 'performance.now', 'monotonicMs of the clock port'],
  [/\bhrtime\b/g, 'process.hrtime', 'monotonicMs of the clock port'],
  [/\bMath\.random\b/g, 'Math.random', 'a keyed hash of (seed, id)'],
  [
    /\b(?:randomUUID|randomBytes|randomInt|randomFill\w*|getRandomValues)\b/g,
    'crypto randomness',
    'a keyed hash of (seed, id)',
  ],
  [/\bsetTimeout\b/g, 'setTimeout', 'timer(…, scheduler), or setTimer of the clock port'],
  [/\bsetInterval\b/g, 'setInterval', 'timer(…, …, scheduler), or setTimer of the clock port'],
  [/\bsetImmediate\b/g, 'setImmediate', 'the scheduler'],
  [/\bqueueMicrotask\b/g, 'queueMicrotask', 'the scheduler'],
  [/\bnextTick\b/g, 'process.nextTick', 'the scheduler'],
  [/\bAbortSignal\.timeout\b/g, 'AbortSignal.timeout', 'setTimer of the clock port'],
  [/\btimers\/promises\b/g, 'timers/promises', 'setTimer of the clock port'],
];

/** Schedulers that read the machine’s clock or its queues behind our back. */
const hiddenSchedulers =
  /\b(?:asyncScheduler|asapScheduler|animationFrameScheduler|animationFrames)\b/g;

export function rawTimeViolations(file: SourceFile): readonly Violation[] {
  if (shellFiles.some(({ path }) => file.path.startsWith(path))) return [];
  const banned = [
    ...bannedCalls,
    [hiddenSchedulers, 'a scheduler of the machine', 'the scheduler that is handed in'] as const,
  ];
  return banned.flatMap(([pattern, name, instead]) =>
    [...file.code.matchAll(pattern)].flatMap(({ index }): readonly Violation[] => {
      const line = lineOf(file.text, index);
      if (isExcused(file, line)) return [];
      return [
        { path: file.path, line, rule: `${name} outside the shell`, instead: `Use ${instead}` },
      ];
    }),
  );
}

/** Operators that take time, and would take the machine’s if no scheduler is given. */
const timeOperators = [
  'timer',
  'interval',
  'delay',
  'debounceTime',
  'throttleTime',
  'auditTime',
  'sampleTime',
  'bufferTime',
  'windowTime',
  'timeout',
  'timeoutWith',
  'timestamp',
  'timeInterval',
  'observeOn',
  'subscribeOn',
  'generate',
];
/** A scheduler counts only where they are given a window. */
const windowed = ['shareReplay'];
const repeating = ['retry', 'repeat'];

export function timeOperatorViolations(file: SourceFile): readonly Violation[] {
  if (!importsOf(file).some(({ from }) => from.startsWith('rxjs'))) return [];
  const convict = (at: number, rule: string, instead: string): readonly Violation[] => [
    { path: file.path, line: lineOf(file.text, at), rule, instead },
  ];
  const names = [...timeOperators, ...windowed, ...repeating].join('|');
  const calls = [...file.code.matchAll(new RegExp(`(?<![.\\w$])(${names})(?:<[^()]*>)?\\(`, 'g'))];
  return calls.flatMap((match): readonly Violation[] => {
    const name = match[1] ?? '';
    if (!isFromRxjs(file, name)) return [];
    const given = callArguments(file.code, match.index + match[0].length - 1);
    if (repeating.includes(name)) {
      return isNotified(given)
        ? []
        : convict(match.index, `${name} takes a number or nothing`, 'Give it { delay: notifier }');
    }
    if (windowed.includes(name) && !(given.length > 1 || /windowTime/.test(given[0] ?? '')))
      return [];
    return given.some((argument) => /\b\w*[sS]cheduler\b/.test(argument))
      ? []
      : convict(match.index, `${name} has no scheduler`, 'Pass the scheduler that is handed in');
  });
}

const isFromRxjs = ({ code }: SourceFile, name: string): boolean =>
  new RegExp(`\\bimport\\s*\\{[^}]*\\b${name}\\b[^}]*\\}\\s*from`).test(code);

/** An object whose `delay` is a function, and whose `count`, if any, is a named limit. */
function isNotified([config]: readonly string[]): boolean {
  if (config === undefined || !config.startsWith('{')) return false;
  return (
    /\bdelay(?::\s*(?:\(|[a-z_$][\w$]*\s*=>)|\s*\()/i.test(config) && !/\bcount:\s*\d/.test(config)
  );
}
