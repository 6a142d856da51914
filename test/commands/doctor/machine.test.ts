// Goal: what would let others pose as the exchange or read the keys is found in the process's own surroundings.
import { describe, expect, it } from 'vitest';
import { type Machine, machineChecks, thisMachine } from '../../../src/commands/doctor/machine.js';
import { rowOf, told } from './helpers.js';

const sound: Machine = {
  nodeVersion: '20.19.0',
  npmVersion: '10.8.2',
  env: {},
  execArgv: [],
  inspectorUrl: null,
  coreBytesMax: 0,
};
const look = async (code: string, change: Partial<Machine>, mustBeSealed = true) =>
  told(await rowOf(machineChecks({ ...sound, ...change }, mustBeSealed), code));

describe('the machine', () => {
  it('passes when nothing is wrong with it', async () => {
    for (const { code } of machineChecks(sound, true))
      expect(await look(code, {}), code).toMatch(
        code === 'supervisor' ? /^not_checked 0/ : /^pass 0/,
      );
  });

  it.each([
    ['node_version', { nodeVersion: '20.18.9' }, /^fail 1: .*install 20\.19/],
    ['node_version', { nodeVersion: '18.30.0' }, /^fail 1/],
    ['node_version', { nodeVersion: '22.0.0' }, /^pass/],
    ['node_version', { nodeVersion: 'x' }, /^fail 1/],
    ['tls_trust', { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }, /^fail 3: .*unset it/],
    ['tls_trust', { env: { NODE_TLS_REJECT_UNAUTHORIZED: '1' } }, /^pass/],
    ['tls_trust', { env: { NODE_EXTRA_CA_CERTS: '/x' } }, /^warn 0/],
    ['debugger', { inspectorUrl: 'ws://127.0.0.1:9229/x' }, /^fail 3: .*--inspect/],
    ['debugger', { execArgv: ['--inspect-brk=0'] }, /^fail 3/],
    ['debugger', { env: { NODE_OPTIONS: '--max-old-space-size=1 --inspect' } }, /^fail 3/],
    ['node_options', { env: { NODE_OPTIONS: '--report-on-fatalerror' } }, /^warn 0: --report-on/],
    ['node_options', { execArgv: ['--heapsnapshot-signal=SIGUSR2'] }, /^warn 0: --heapsnapshot/],
    ['node_options', { env: { NODE_OPTIONS: '--no-warnings' } }, /^warn 0: NODE_OPTIONS is set/],
    ['proxy', { env: { https_proxy: 'http://me:hunter2@p' } }, /^warn 0: HTTPS_PROXY: not used/],
    ['proxy', { env: { NODE_USE_ENV_PROXY: '1' } }, /^warn 0/],
    ['core_dumps', { coreBytesMax: Number.POSITIVE_INFINITY }, /^warn 0: .*ulimit -c 0/],
    ['core_dumps', { coreBytesMax: null }, /^not_checked 0: .*ulimit -c 0/],
    ['supervisor', { env: { INVOCATION_ID: 'x' } }, /^pass/],
  ] as const)('%s with %j', async (code, change, says) => {
    const row = await look(code, change);
    expect(row).toMatch(says);
    expect(row).not.toContain('hunter2');
  });

  it('a debugger is only warned of where no real money is', async () => {
    expect(await look('debugger', { execArgv: ['--inspect'] }, false)).toMatch(/^warn 0/);
  });

  it('this one can be looked at', async () => {
    for (const { code } of machineChecks(thisMachine(), false))
      expect((await rowOf(machineChecks(thisMachine(), false), code)).text).not.toBe('');
    expect(thisMachine().nodeVersion).toBe(process.versions.node);
  });
});
