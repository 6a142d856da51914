/**
 * Every stable code that the program can show, collected from its source: the members of the unions that codes are
 * typed by, the literals of `code:` fields, and what is passed as a code to the functions that tell people things. A
 * code that is put together (`latched_${cause}`) counts as its beginning and a star.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Unions of codes that are types of their own. */
const unions: readonly (readonly [file: string, type: string])[] = [
  ['domain/records.ts', 'LatchCause'],
  ['domain/risk.ts', 'RiskRefusal'],
  ['domain/risk.ts', 'ClaimRefusal'],
  ['actors/executor/intents.ts', 'IntentRefusal'],
  ['actors/executor/release.ts', 'Withdrawal'],
  ['streams/intent-item.ts', 'IntentRefusal'],
  ['streams/valuations.ts', 'ValuationFailure'],
  ['messages/valuation.ts', 'RefusalCode'],
  ['messages/inference.ts', 'InferenceRefusal'],
  ['messages/effect.ts', 'FailureCode'],
  ['messages/market-event.ts', 'GapReason'],
  ['config/problems.ts', 'ProblemCode'],
  ['sinks/ledger/problem.ts', 'LedgerProblemCode'],
  ['dashboard/guards.ts', 'DashboardRefusal'],
  ['dashboard/settings/routes.ts', 'SettingsFailure'],
];

/** Calls whose first, or first after a level, argument is a code. */
const tellers = [
  'note',
  'notice',
  'warn',
  'anomaly',
  'say',
  'fail',
  'add',
  'bad',
  'failed',
  'problem',
];
const levels: ReadonlySet<string> = new Set(['info', 'warn', 'alert']);
/** What these pass on is no code: lists that are compared, names of commands and tables, steps of the smoke test, words. */
const silent: ReadonlySet<string> = new Set([
  'commands/compare-books.ts',
  'commands/ledger.ts',
  'commands/smoke-steps.ts',
  'commands/smoke-test.ts',
  'export/ledger-rows.ts',
  'export/market-rows.ts',
  'sinks/console/console.ts',
]);
/** Not ours: how a schema library calls its own issues. */
const foreign: ReadonlySet<string> = new Set(['custom', 'invalid_type']);

export type Collected = ReadonlyMap<string, readonly string[]>;

export function stableCodes(root: string): Collected {
  const found = new Map<string, string[]>();
  const add = (code: string, where: string): void => {
    if (!/^[a-z][a-z0-9_]*\*?$/.test(code) || levels.has(code) || foreign.has(code)) return;
    found.set(code, [...(found.get(code) ?? []), where]);
  };
  for (const [file, type] of unions) {
    const source = readFileSync(join(root, file), 'utf8');
    const members = membersOf(source, new RegExp(`type ${type} =`));
    if (members.length === 0) throw new Error(`${file}: no codes in ${type}`);
    for (const code of members) add(code, file);
  }
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.startsWith('simulator') || silent.has(name)) continue;
    const source = readFileSync(join(root, name), 'utf8');
    for (const start of startsOf(source, /readonly code:/g))
      for (const code of literalsOf(source.slice(start, endOf(source, start)))) add(code, name);
    for (const [, code] of source.matchAll(/[^?]\bcode: '([a-z0-9_]+)'/g)) add(code ?? '', name);
    const calls = [...tellers.map((teller) => `${teller}\\(`), 'refuse\\(\\s*turn,\\s*fill,'];
    for (const call of calls)
      for (const start of startsOf(source, new RegExp(`\\b${call}`, 'g')))
        for (const code of codesOfCall(source, start)) add(code, name);
  }
  return found;
}
const startsOf = (source: string, pattern: RegExp): readonly number[] =>
  [...source.matchAll(pattern)].map((match) => match.index + match[0].length);

/** Where a type that begins at `start` is over. */
function endOf(source: string, start: number): number {
  const end = source.slice(start).search(/[;}]/);
  return end < 0 ? source.length : start + end;
}

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

function membersOf(source: string, pattern: RegExp): readonly string[] {
  const [start] = startsOf(source, new RegExp(pattern, 'g'));
  return start === undefined ? [] : literalsOf(source.slice(start, source.indexOf(';', start)));
}

const literalsOf = (text: string): readonly string[] =>
  [...withoutComments(text).matchAll(/(?<!\[)'([a-z0-9_]+)'/g)].map(([, code]) => code ?? '');

/** The codes of a call: of its first argument, or of the second where the first is a level. */
function codesOfCall(source: string, start: number): readonly string[] {
  const [first = '', second = ''] = argumentsOf(source, start);
  const isLevel =
    literalsOf(first).some((literal) => levels.has(literal)) || first.trim() === 'level';
  return valuesOf(isLevel ? second : first);
}

/** What an expression may evaluate to: a literal, either side of a choice, a literal's beginning. */
function valuesOf(expression: string): readonly string[] {
  const text = expression.trim();
  const choice = text.includes('?') ? text.slice(text.indexOf('?')) : text;
  const literals = /^['?]/.test(choice) ? literalsOf(choice) : [];
  const [, beginning] = /^`([a-z0-9_]+_)\$\{/.exec(text) ?? [];
  return beginning === undefined ? literals : [`${beginning}*`];
}

/** The first two arguments of a call, whose opening parenthesis is before `start`. */
function argumentsOf(source: string, start: number): readonly string[] {
  const all: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < source.length && all.length < 2; at += 1) {
    const char = source.charAt(at);
    if (char === "'" || char === '`') {
      at = source.indexOf(char, at + 1);
      if (at < 0) break;
    } else if ('([{'.includes(char)) depth += 1;
    else if (depth === 0 && (char === ',' || char === ')')) {
      all.push(source.slice(from, at));
      from = at + 1;
      if (char === ')') break;
    } else if (')]}'.includes(char)) depth -= 1;
  }
  return all;
}
