import { existsSync, readFileSync } from 'node:fs';
import { url } from 'node:inspector';
import { dirname, join } from 'node:path';
import type { Environ } from '../../config/layers.js';
import { type Check, failure, pass, unchecked, warning } from './check.js';

/** The process and its surroundings, as it was started. */
export type Machine = {
  /** "20.19.0" */
  readonly nodeVersion: string;
  /** Of the npm that came with this Node; null: there is none beside it. */
  readonly npmVersion: string | null;
  readonly env: Environ;
  readonly execArgv: readonly string[];
  /** Null: nobody can attach a debugger. */
  readonly inspectorUrl: string | null;
  /** Bytes of memory that a crash may leave on disk; null: cannot be seen. */
  readonly coreBytesMax: number | null;
};

export const thisMachine = (): Machine => ({
  nodeVersion: process.versions.node,
  npmVersion: npmVersion(),
  env: process.env,
  execArgv: process.execArgv,
  inspectorUrl: url() ?? null,
  coreBytesMax: coreBytesMax(),
});

function npmVersion(): string | null {
  const path = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'package.json');
  if (!existsSync(path)) return null;
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version?: unknown };
  return typeof version === 'string' ? version : null;
}

function coreBytesMax(): number | null {
  if (process.platform !== 'linux') return null;
  const line = /^Max core file size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  const soft = line?.[1];
  if (soft === undefined) return null;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

const nodeMin = [20, 19] as const;

const isOldNode = (version: string): boolean => {
  const [major = Number.NaN, minor = Number.NaN] = version.split('.').map(Number);
  return !(major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1]));
};

/** Options that make Node write memory, or the environment with its keys, to a file. */
const dumping = /^--(?:heapsnapshot|heap-prof|report|diagnostic-dir|cpu-prof|trace-event)/;
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];

const isSet = (env: Environ, name: string): boolean => (env[name] ?? '') !== '';

/** `mustBeSealed`: real money is at stake, so nobody may look into the process. */
export function machineChecks(machine: Machine, mustBeSealed: boolean): readonly Check[] {
  const {
    env,
    nodeVersion,
    npmVersion: npm,
    execArgv,
    inspectorUrl,
    coreBytesMax: coreMax,
  } = machine;
  const options = [...execArgv, ...(env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  return [
    {
      code: 'node_version',
      proves: 'the engine runs on a Node that it was tested on',
      exitCode: 1,
      atStart: true,
      run: () =>
        isOldNode(nodeVersion)
          ? failure(`Node ${nodeVersion} is too old; install ${nodeMin.join('.')} or newer`)
          : pass(npm === null ? `Node ${nodeVersion}` : `Node ${nodeVersion}, npm ${npm}`),
    },
    {
      code: 'tls_trust',
      proves: 'whoever answers has to prove that it is the exchange',
      exitCode: 3,
      atStart: true,
      run: () => {
        if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
          return failure(
            'NODE_TLS_REJECT_UNAUTHORIZED=0 lets anyone pose as the exchange; unset it',
          );
        return isSet(env, 'NODE_EXTRA_CA_CERTS')
          ? warning('NODE_EXTRA_CA_CERTS: who has those certificates can pose as the exchange')
          : pass('certificates are checked against those that Node trusts');
      },
    },
    {
      code: 'debugger',
      proves: 'nobody can read keys out of the process',
      exitCode: 3,
      atStart: true,
      run: () => {
        const isAsked = options.some((option) => option.startsWith('--inspect'));
        if (inspectorUrl === null && !isAsked) return pass('no debugger can attach');
        const text = 'a debugger can read the keys; start without --inspect';
        return mustBeSealed ? failure(text) : warning(text);
      },
    },
    {
      code: 'node_options',
      proves: 'nothing makes Node write memory or the environment to a file',
      exitCode: 3,
      atStart: true,
      run: () => {
        const named = options.filter((option) => dumping.test(option)).map(nameOf);
        if (named.length > 0)
          return warning(`${named.join(', ')} may write keys to a file; start without`);
        return isSet(env, 'NODE_OPTIONS')
          ? warning('NODE_OPTIONS is set; unset it unless you know why it is there')
          : pass('Node was started without options that dump');
      },
    },
    {
      code: 'proxy',
      proves: 'requests go where they are addressed',
      exitCode: 3,
      atStart: true,
      run: () => {
        const named = proxies.filter((name) => isSet(env, name) || isSet(env, name.toLowerCase()));
        if (env['NODE_USE_ENV_PROXY'] === '1')
          return warning('NODE_USE_ENV_PROXY=1: the feed may go through a proxy; unset it');
        return named.length === 0
          ? pass('no proxy in the environment')
          : warning(`${named.join(', ')}: not used; the engine connects to its hosts directly`);
      },
    },
    {
      code: 'core_dumps',
      proves: 'a crash leaves no memory with keys on disk',
      exitCode: 3,
      atStart: true,
      run: () => {
        if (coreMax === null) return unchecked('the limit cannot be seen here; set ulimit -c 0');
        return coreMax === 0
          ? pass('off')
          : warning('a crash may write the keys to disk; start with ulimit -c 0');
      },
    },
    {
      code: 'supervisor',
      proves: 'something starts the engine again after a crash',
      exitCode: 1,
      atStart: false,
      run: () =>
        isSet(env, 'INVOCATION_ID')
          ? pass('started by systemd')
          : unchecked('cannot be seen from here; run the engine under a supervisor'),
    },
  ];
}

const nameOf = (option: string): string => option.split('=')[0] ?? option;
