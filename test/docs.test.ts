// Goal: the page of codes has every code that the program can show, and no other.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stableCodes } from './support/stable-codes.js';

const page = readFileSync('docs/errors.md', 'utf8');
const rows = [...page.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)];
const written = rows.map(([, code]) => code ?? '').filter((code) => !/^\d$/.test(code));

const folder = 'docs/runbooks';
const runbooks = readdirSync(folder).map((name) => ({
  name,
  told: [...readFileSync(`${folder}/${name}`, 'utf8').matchAll(/`([^`\n]+)`/g)].map(
    ([, text = '']) => text,
  ),
}));
const commands = new Set(
  readdirSync('src/commands')
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) =>
      [...readFileSync(`src/commands/${name}`, 'utf8').matchAll(/\.command\('([a-z-]+)/g)].map(
        ([, command = '']) => command,
      ),
    ),
);
/** A code of the page, by itself or as one of a family: `latched_operator` is of `latched_*`. */
const hasCode = (code: string) =>
  written.some((one) => one === code || (one.endsWith('*') && code.startsWith(one.slice(0, -1))));
/** Names of its fields, not codes of ours. */
const ofTheExchange = new Set(['target_balance_allocation']);
/** What they say of one kind, as `page: text`, unless it is known. */
const unknownTo = (isKnown: (text: string) => boolean, kind: RegExp) =>
  runbooks.flatMap(({ name, told }) =>
    told
      .flatMap((text) => [...text.matchAll(kind)].map(([, found = '']) => found))
      .filter((found) => !isKnown(found))
      .map((found) => `${name}: ${found}`),
  );

describe('every page', () => {
  const pages = [
    'README.md',
    'ARCHITECTURE.md',
    'SECURITY.md',
    ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const linksOf = (page: string): readonly string[] =>
    [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/.test(link));

  it('leads to files that are there', () => {
    const links = pages.flatMap((page) =>
      linksOf(page).map((link) => ({ page, link, path: join(dirname(page), link) })),
    );
    expect(links.length).toBeGreaterThan(30);
    expect(
      links.filter(({ path }) => !existsSync(path)).map(({ page, link }) => [page, link]),
    ).toEqual([]);
  });

  it('of commands has every command', () => {
    const page = readFileSync('docs/commands.md', 'utf8');
    const main = readFileSync('src/main.ts', 'utf8');
    const names = [...main.matchAll(/^ {2}'?([a-z-]+)'?: async \(\) =>/gm)].map(
      ([, name = '']) => name,
    );
    expect(names.length).toBeGreaterThan(20);
    const rows = page.split('\n').filter((line) => line.startsWith('| '));
    const has = (name: string) =>
      rows.some((row) => new RegExp(`^[^|]*\\|[^|]*\`${name}\\b`).test(row));
    expect(names.filter((name) => !has(name))).toEqual([]);
  });

  it('can be found from the index', () => {
    const listed = new Set(linksOf('docs/README.md').map((link) => join('docs', link)));
    expect(pages.filter((page) => !listed.has(page) && page !== 'docs/README.md')).toEqual([]);
  });

  it('of security names tests that are there', () => {
    const named = [...readFileSync('SECURITY.md', 'utf8').matchAll(/`(test\/[^`]+)`/g)].map(
      ([, path = '']) => path,
    );
    expect(named.length).toBeGreaterThan(8);
    for (const path of named) {
      const [folder, name = ''] = [dirname(path), path.split('/').at(-1)];
      const pattern = new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
      expect(existsSync(path) || readdirSync(folder).some((file) => pattern.test(file)), path).toBe(
        true,
      );
    }
  });
});

describe('docs/runbooks', () => {
  it('are the four that there have to be', () => {
    expect(runbooks.map(({ name }) => name).sort()).toEqual([
      'go-live.md',
      'halt.md',
      'recover.md',
      'rotate-key.md',
    ]);
  });

  it('name no code, setting or command that is gone', () => {
    const settings = readFileSync('docs/configuration.md', 'utf8');
    const code = /^([a-z]+(?:_[a-z]+)+)$/g;
    const setting = /\b((?:BOT|KALSHI|ANTHROPIC)_[A-Z_]+)/g;
    const command = /^node dist\/main\.js ([a-z][a-z-]*)/g;
    // With a pattern that finds nothing, nothing would be unknown.
    for (const kind of [code, setting, command])
      expect(unknownTo(() => false, kind).length).toBeGreaterThan(5);
    expect(unknownTo((one) => ofTheExchange.has(one) || hasCode(one), code)).toEqual([]);
    expect(unknownTo((one) => settings.includes(`\`${one}\``), setting)).toEqual([]);
    expect(unknownTo((one) => commands.has(one), command)).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const codes = stableCodes('src');

  it('has every code of the source', () => {
    // A collector that finds nothing would find nothing missing.
    expect(codes.size).toBeGreaterThan(200);
    for (const code of ['operator', 'edge_gone', 'commit_failed', 'timeout', 'latched_*', 'no_key'])
      expect([...codes.keys()]).toContain(code);
    const missing = [...codes].filter(([code]) => !written.includes(code));
    expect(missing.map(([code, where]) => `${code}: ${where.join()}`)).toEqual([]);
  });

  it('has no code that is gone, and none twice', () => {
    expect(written.length).toBeGreaterThan(200);
    expect(written.filter((code) => !codes.has(code))).toEqual([]);
    expect(written.filter((code, at) => written.indexOf(code) !== at)).toEqual([]);
  });

  it('says of each what it means', () => {
    for (const [, code, cells] of rows)
      expect(cells?.split('|')[0]?.trim().length, code).toBeGreaterThan(10);
  });

  it('has the exit codes that the README has', () => {
    const [, list = ''] =
      /^Exit codes: ([\s\S]*?)\.$/m.exec(readFileSync('README.md', 'utf8')) ?? [];
    const documented = [...list.matchAll(/(\d) [a-z]/g)].map(([, code]) => code);
    const own = rows.map(([, code]) => code ?? '').filter((code) => /^\d$/.test(code));
    expect(own).toEqual(documented);
    expect(own).toHaveLength(8);
  });

  it('links to runbooks that are there', () => {
    const links = new Set([...page.matchAll(/\]\((runbooks\/[a-z-]+\.md)\)/g)].map(([, to]) => to));
    expect(links.size).toBe(4);
    for (const link of links) expect(readFileSync(`docs/${link}`, 'utf8')).toMatch(/^# /);
  });
});

describe('docs/security-matrix.md', () => {
  it('names tests that are there, one at least for each thing that is tried', () => {
    const matrix = readFileSync('docs/security-matrix.md', 'utf8');
    const tried = matrix.split('\n').filter((line) => /^\| (?!---|What is tried)/.test(line));
    expect(tried.length).toBeGreaterThan(20);
    const tests = readdirSync('test', { recursive: true, encoding: 'utf8' }).map(
      (name) => `test/${name}`,
    );
    for (const line of tried) {
      const named = [...line.matchAll(/`(test\/[^`]+)`/g)].map(([, name = '']) => name);
      expect(named, line).not.toEqual([]);
      for (const name of named) {
        const [start = '', end = ''] = name.split('*');
        expect(
          tests.some((test) => `${test}/`.startsWith(start) && test.endsWith(end)),
          name,
        ).toBe(true);
      }
    }
  });
});
