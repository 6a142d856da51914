// Goal: what the container and the service name is there: files, commands, options, settings, exit codes.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const unit = readFileSync('ops/systemd/event-trading-bot.service', 'utf8');
const kept = readFileSync('.dockerignore', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));
const known = readFileSync('docs/configuration.md', 'utf8');
const helps = new Map<string, string>();
/** Options of a command, as the program itself lists them. */
function helpOf(command: string): string {
  const args = ['dist/main.js', command, '--help'];
  const help = helps.get(command) ?? execFileSync(process.execPath, args, { encoding: 'utf8' });
  helps.set(command, help);
  return help;
}
const linesOf = (text: string, name: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);

describe('the Dockerfile', () => {
  it('copies what is there and what the ignore file lets through', () => {
    const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(
      ([, list = '']) => list.split(' ').map((path) => path.replace('./', '')),
    );
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((path) => !existsSync(path))).toEqual([]);
    expect(sources.filter((path) => !kept.includes(path))).toEqual([]);
    // The build step needs every file that it names.
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const named = [...(scripts['build'] ?? '').matchAll(/(\S+\.(?:json|mjs))/g)].map(
      ([, path = '']) => path,
    );
    expect(named.length).toBeGreaterThan(2);
    for (const path of named)
      expect(
        sources.some((source) => path === source || path.startsWith(`${source}/`)),
        path,
      ).toBe(true);
  });

  it('lets no key, ledger or setting into the image', () => {
    for (const path of ['.env', 'config.jsonc', 'var', 'config.local.jsonc', '.git'])
      expect(kept).not.toContain(path);
    expect(readFileSync('.dockerignore', 'utf8')).toMatch(/^\*\*$/m);
  });

  it('runs as nobody special, without a shell in between, without install scripts', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    for (const name of ['ENTRYPOINT', 'CMD'])
      expect(last).toMatch(new RegExp(`^ *${name} \\["[^"]+"(?:, "[^"]+")*\\]$`, 'm'));
    const installs = [...dockerfile.matchAll(/npm ci.*/g)].map(([text]) => text);
    expect(installs).toHaveLength(2);
    for (const install of installs) expect(install).toContain('--ignore-scripts');
    expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m);
  });

  it('starts and looks after it by commands and options that exist', () => {
    const health = /HEALTHCHECK[\s\S]*?CMD \[(.*)\]/.exec(dockerfile)?.[1] ?? '';
    const words = [...health.matchAll(/"([^"]+)"/g)].map(([, word = '']) => word);
    expect(words.slice(0, 3)).toEqual(['node', 'dist/main.js', 'status']);
    const help = helpOf('status');
    for (const option of words.filter((word) => word.startsWith('--')))
      expect(help).toContain(option);
    expect(helpOf('run')).toContain('--quiet');
    expect(dockerfile).toMatch(/^CMD \["run", "--quiet"\]$/m);
  });
});

describe('the service', () => {
  it('stays down for what does not mend itself, by the documented codes', () => {
    const [codes = ''] = linesOf(unit, 'RestartPreventExitStatus');
    expect(codes.split(' ')).toEqual(['2', '3', '4', '6']);
    const readme = readFileSync('README.md', 'utf8');
    for (const [code, meaning] of [
      ['2', 'usage'],
      ['3', 'config or ledger'],
      ['4', 'credentials'],
      ['6', 'trading halted'],
    ])
      expect(readme.replace(/\s+/g, ' ')).toContain(`${code} ${meaning}`);
  });

  it('is as the runbook quotes it', () => {
    const runbook = readFileSync('docs/runbooks/recover.md', 'utf8');
    const [, quoted = ''] = /```\n(\[Unit\]\n[^`]*)```/.exec(runbook) ?? [];
    const lines = quoted.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(unit.split('\n')).toContain(line);
  });

  it('starts the program by its file and options, with settings and keys that it knows', () => {
    const [start = ''] = linesOf(unit, 'ExecStart');
    const [, file = '', command = '', option = ''] =
      /^\/usr\/bin\/node \S+ (\S+) (\S+) (\S+)$/.exec(start) ?? [];
    expect(existsSync(file), file).toBe(true);
    expect(helpOf(command)).toContain(option);
    const names = [...unit.matchAll(/^#?Environment=([A-Z_]+)=/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(3);
    const secrets = readFileSync('src/config/secrets.ts', 'utf8');
    for (const name of names)
      expect(
        known.includes(`\`${name}\``) || secrets.includes(`'${name.replace(/_FILE$/, '')}'`),
        name,
      ).toBe(true);
    // Every credential that is handed over is used, and the other way round.
    const given = [...unit.matchAll(/^#?LoadCredential=([^:]+):/gm)].map(([, name = '']) => name);
    const used = [...unit.matchAll(/=%d\/(\S+)$/gm)].map(([, name = '']) => name);
    expect(used.sort()).toEqual(given.sort());
  });

  it('is one that systemd takes, where there is a systemd to ask', (context) => {
    if (!existsSync('/usr/bin/systemd-analyze')) context.skip();
    // Where Node is elsewhere, only its path is wrong.
    const file = 'ops/systemd/event-trading-bot.service';
    // A name that it does not know is a warning to it.
    const { stderr: said } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
    });
    const wrong = said.split('\n').filter((line) => line !== '' && !line.includes('/usr/bin/node'));
    expect(wrong).toEqual([]);
  });
});
