import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { filesBelow } from './support/tidy/files.js';
import { masked } from './support/tidy/masked.js';
import { purityViolations } from './support/tidy/purity.js';
import { drawnErrorViolations, streamViolations } from './support/tidy/streams.js';
import { violations } from './support/tidy/tidy.js';
import {
  rawTimeViolations,
  shellFiles,
  timeOperatorViolations,
} from './support/tidy/time-and-chance.js';
import { sourceFile, told, type Violation } from './support/tidy/violation.js';
import { importsOf, wallViolations } from './support/tidy/walls.js';

// Goal: nothing crosses a wall, nothing invents time or chance, and every rule that says so is known to bite.
const root = fileURLToPath(new URL('..', import.meta.url));
const sources = filesBelow(root, 'src');
const marbles = filesBelow(root, 'test/marbles');

describe('the source', () => {
  it('breaks no rule', () => {
    expect(violations(sources, marbles).map(told)).toEqual([]);
  });

  it('has a file for every exemption', () => {
    const unused = shellFiles.filter(
      ({ path }) => !sources.some((file) => file.path.startsWith(path)),
    );
    expect(unused).toEqual([]);
  });

  it('is there', () => {
    expect(violations([], []).map(({ path, rule }) => `${path} ${rule}`)).toContain(
      'src/domain/ no files to check',
    );
    expect(violations(sources, [])).toContainEqual(
      expect.objectContaining({ path: 'test/marbles/', rule: 'no files to check' }),
    );
  });
});

type Check = (file: ReturnType<typeof sourceFile>) => readonly Violation[];
/** Each row: where it is planted, the code, and whether it is convicted. */
const table = (
  name: string,
  check: Check,
  rows: readonly (readonly [path: string, code: string, isConvicted: boolean])[],
): void => {
  describe(name, () => {
    for (const [path, code, isConvicted] of rows) {
      it(`${isConvicted ? 'convicts' : 'passes'} ${code} in ${path}`, () => {
        expect(check(sourceFile(path, `// first line\n${code}\n`)).length > 0).toBe(isConvicted);
      });
    }
  });
};

table('a wall', wallViolations, [
  ['src/domain/book.ts', "import { err } from './result.js';", false],
  ['src/domain/book.ts', "import type { Fill } from '../messages/account-event.js';", true],
  ['src/domain/book.ts', "import { map } from 'rxjs';", true],
  ['src/messages/intent.ts', "import type { Price } from '../domain/units.js';", false],
  ['src/messages/intent.ts', "import { map } from 'rxjs';", true],
  ['src/valuation/edge.ts', "import { fee } from '../domain/fees.js';", false],
  ['src/valuation/edge.ts', "import { readFile } from 'node:fs';", true],
  ['src/streams/books.ts', "import { limits } from '../limits.js';", false],
  ['src/streams/books.ts', "import type { VenueCodec } from '../exchange/venue.js';", true],
  ['src/streams/books.ts', "import { readFile } from 'node:fs/promises';", true],
  ['src/streams/operators/map-newest.ts', "import { x } from '../../config/load.js';", true],
  ['src/exchange/kalshi/rest.ts', "import type { Clock } from '../../clock.js';", false],
  ['src/exchange/kalshi/rest.ts', "import { type Clock } from '../../clock.js';", false],
  ['src/exchange/kalshi/rest.ts', "import { systemClock } from '../../clock.js';", true],
  [
    'src/exchange/kalshi/rest.ts',
    "import { type Clock, systemClock } from '../../clock.js';",
    true,
  ],
  [
    'src/exchange/kalshi/rest.ts',
    "import { decide } from '../../actors/executor/decide.js';",
    true,
  ],
  ['src/exchange/kalshi/wire.ts', "import { z } from 'zod';", false],
  ['src/sinks/journal.ts', "import { z } from 'zod';", true],
  ['src/sinks/journal.ts', "import type { Settings } from '../config/schema.js';", true],
  ['src/sinks/journal.ts', "export * from '../streams/books.js';", true],
  ['src/actors/executor/decide.ts', "const later = await import('../../sinks/journal.js');", true],
  ['src/actors/executor/decide.ts', "import '../../sinks/journal.js';", true],
  ['src/simulator/main.ts', "import { price } from '../domain/units.js';", true],
  ['src/simulator/main.ts', "import { step } from './core/step.js';", false],
  ['src/engine.ts', "import { books } from './streams/books.js';", false],
  ['src/engine.ts', "import { run } from './simulator/main.js';", true],
  ['src/engine/board.ts', "import { run } from '../commands/run.js';", true],
  ['src/commands/demo.ts', "import { run } from '../simulator/main.js';", false],
  ['src/streams/books.ts', "import { marbles } from '../../test/support/marbles.js';", true],
  ['src/gadgets/new.ts', 'export const x = 1;', true],
]);

table('raw time and chance', rawTimeViolations, [
  ['src/domain/day.ts', 'const now = Date.now();', true],
  ['src/streams/books.ts', 'const now = new Date();', true],
  ['src/streams/books.ts', 'const then = new Date(0);', false],
  ['src/engine.ts', 'const id = Math.random();', true],
  ['src/engine.ts', 'setTimeout(fire, 10);', true],
  ['src/engine.ts', 'const id = setInterval (fire, 10);', true],
  ['src/intake.ts', 'setImmediate(fire);', true],
  ['src/intake.ts', 'process.nextTick(fire);', true],
  ['src/intake.ts', 'queueMicrotask(fire);', true],
  ['src/exchange/kalshi/codec.ts', 'const at = performance.now();', true],
  ['src/exchange/kalshi/codec.ts', 'const at = process.hrtime.bigint();', true],
  ['src/exchange/kalshi/codec.ts', 'const signal = AbortSignal.timeout(5);', true],
  ['src/actors/executor/decide.ts', 'const id = randomUUID();', true],
  ['src/actors/executor/decide.ts', 'const id = crypto.randomBytes(16);', true],
  ['src/streams/books.ts', "import { asyncScheduler } from 'rxjs';", true],
  ['src/streams/books.ts', '// Date.now() is not for us', false],
  ['src/streams/books.ts', "const text = 'Date.now()';", false],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: code under test
  ['src/streams/books.ts', 'const text = `at ${Date.now()}`;', true],
  ['src/clock.ts', 'const now = Date.now();', false],
  ['src/sinks/log.ts', 'const now = Date.now(); // tidy-ok: when a line was written', false],
  ['src/sinks/log.ts', 'const now = Date.now(); // tidy-ok:', true],
]);

const fromRxjs = (names: string, code: string): string =>
  `import { ${names} } from 'rxjs';\n${code}`;
table('a time operator', timeOperatorViolations, [
  ['src/streams/x.ts', fromRxjs('timer', 'timer(1_000);'), true],
  ['src/streams/x.ts', fromRxjs('timer', 'timer(1_000, scheduler);'), false],
  ['src/streams/x.ts', fromRxjs('timer', 'timer(0, 1_000, logScheduler);'), false],
  ['src/streams/x.ts', fromRxjs('timer', 'store.timer(1_000);'), false],
  ['src/streams/x.ts', "import { timer } from './mine.js';\ntimer(1_000);", false],
  ['src/streams/x.ts', fromRxjs('interval', 'interval(5)'), true],
  ['src/streams/x.ts', fromRxjs('delay', 'a$.pipe(delay(5))'), true],
  ['src/streams/x.ts', fromRxjs('bufferTime', 'a$.pipe(bufferTime<number>(5))'), true],
  [
    'src/streams/x.ts',
    fromRxjs('auditTime', 'a$.pipe(auditTime(\n  f(1, (2)),\n  scheduler,\n))'),
    false,
  ],
  ['src/streams/x.ts', fromRxjs('timeout', 'timeout({ each: 5, scheduler })'), false],
  ['src/streams/x.ts', fromRxjs('timeout', 'timeout({ each: 5 })'), true],
  ['src/streams/x.ts', fromRxjs('shareReplay', 'shareReplay(1)'), false],
  ['src/streams/x.ts', fromRxjs('shareReplay', 'shareReplay(1, 500)'), true],
  ['src/streams/x.ts', fromRxjs('retry', 'retry(3)'), true],
  ['src/streams/x.ts', fromRxjs('retry', 'retry()'), true],
  ['src/streams/x.ts', fromRxjs('retry', 'retry({ delay: 1_000 })'), true],
  ['src/streams/x.ts', fromRxjs('retry', 'retry({ count: 3, delay: () => notifier$ })'), true],
  ['src/streams/x.ts', fromRxjs('retry', 'retry({ delay: () => notifier$ })'), false],
  ['src/streams/x.ts', fromRxjs('repeat', 'repeat({ delay: (tried) => notifier$ })'), false],
  ['src/streams/x.ts', fromRxjs('repeat', 'repeat(2)'), true],
  ['src/streams/x.ts', fromRxjs('repeat', "'-'.repeat(2)"), false],
]);

table('purity', purityViolations, [
  ['src/domain/x.ts', 'export async function f() {}', true],
  ['src/valuation/x.ts', 'const x: Promise<void> = y;', true],
  ['src/streams/x.ts', 'await x;', true],
  ['src/streams/x.ts', '// no async here', false],
  ['src/actors/executor/decide.ts', 'await x;', true],
  ['src/sinks/journal.ts', 'await x;', false],
  ['src/sinks/journal.ts', 'const x = y as any;', true],
  ['src/sinks/journal.ts', 'const x: Map<string, any> = y;', true],
  ['src/sinks/journal.ts', '// as any book, it is said: any', false],
  ['src/domain/x.ts', "throw new Error('no');", true],
  ['src/domain/x.ts', "throw new InvariantError('a bug');", false],
  ['src/exchange/x.ts', 'throw error; // tidy-ok: the library wants it', false],
  ['src/commands/x.ts', "throw new Error('no');", false],
  ['src/streams/x.ts', 'a$.subscribe(b);', true],
  ['src/streams/x.ts', 'const a$ = new Subject<number>();', true],
  ['src/streams/operators/x.ts', 'const a$ = new Subject<number>();', false],
  ['src/streams/x.ts', "console.log('x');", true],
]);

describe('names', () => {
  const drawing = sourceFile('test/marbles/good-news.test.ts', "const expected = '--a';");
  it('convicts a stream that is not named after what it emits', () => {
    const stream = sourceFile('src/streams/good-news.ts', 'export const goodNews = () => 1;');
    const other = sourceFile('src/streams/good-news.ts', 'export const badNews = () => 1;');
    expect(streamViolations([stream], [drawing])).toEqual([]);
    expect(streamViolations([other], [drawing])).toHaveLength(1);
  });
  it('convicts a stream without a drawing', () => {
    const stream = sourceFile('src/streams/good-news.ts', 'export const goodNews = () => 1;');
    expect(streamViolations([stream], [])).toHaveLength(1);
  });
  it('convicts a drawing that expects an error', () => {
    const wrong = sourceFile('test/marbles/x.test.ts', "const expected = '--a--#';");
    expect(drawnErrorViolations([drawing, wrong])).toHaveLength(1);
  });
});

describe('masked', () => {
  const rows: readonly (readonly [text: string, code: string])[] = [
    ["a('b');", "a(' ');"],
    ['a; // b', 'a;     '],
    ['a /* b\n c */ d', 'a     \n      d'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code under test
    ['`a${b}c`', '` ${b} `'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code under test
    ['`${`x${y}`}z`', '`${` ${y}`} `'],
    ["a = /'b/g;", 'a = /  /g;'],
    ['a / b / c', 'a / b / c'],
    ["'it\\'s' + b", "'     ' + b"],
    ['f(/[/"]/, x)', 'f(/    /, x)'],
  ];
  for (const [text, code] of rows) {
    it(`leaves the code of ${JSON.stringify(text)}`, () => {
      expect(masked(text)).toBe(code);
    });
  }

  it('finds every kind of import', () => {
    const file = sourceFile(
      'src/x.ts',
      "import a, { type B } from './a.js';\nexport { c } from './c.js';\nimport './d.js';\nawait import('./e.js');\nimport type { F } from './f.js';\nconst from = 'x';",
    );
    expect(importsOf(file).map(({ from, isTypeOnly }) => [from, isTypeOnly])).toEqual([
      ['./a.js', false],
      ['./c.js', false],
      ['./f.js', true],
      ['./d.js', false],
      ['./e.js', false],
    ]);
  });
});
