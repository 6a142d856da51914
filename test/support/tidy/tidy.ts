import { purityViolations } from './purity.js';
import { drawnErrorViolations, streamViolations } from './streams.js';
import { rawTimeViolations, timeOperatorViolations } from './time-and-chance.js';
import type { SourceFile, Violation } from './violation.js';
import { wallViolations } from './walls.js';

/** Folders that must hold files: a check that finds nothing to check has not passed. */
const expectedFolders = [
  'src/domain/',
  'src/messages/',
  'src/valuation/',
  'src/exchange/',
  'src/streams/',
  'src/actors/',
  'src/sinks/',
  'src/simulator/',
  'src/config/',
  'src/ui/',
];

/** Every rule over every file. */
export function violations(
  sources: readonly SourceFile[],
  marbles: readonly SourceFile[],
): readonly Violation[] {
  const empty = expectedFolders
    .filter((folder) => !sources.some(({ path }) => path.startsWith(folder)))
    .concat(marbles.length === 0 ? ['test/marbles/'] : []);
  return [
    ...empty.map((path) => ({ path, line: 0, rule: 'no files to check', instead: 'Look there' })),
    ...sources.flatMap((file) => [
      ...wallViolations(file),
      ...rawTimeViolations(file),
      ...timeOperatorViolations(file),
      ...purityViolations(file),
    ]),
    ...streamViolations(sources, marbles),
    ...drawnErrorViolations(marbles),
  ];
}
