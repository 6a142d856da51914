import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  environmentOf,
  parseEvidenceAddress,
  parseFeedAddress,
  parseModelAddress,
  parseRestAddress,
} from '../../src/config/addresses.js';
import { loaded } from './helpers.js';

const feedPath = '/trade-api/ws/v2';

describe('exchange addresses', () => {
  it.each([
    ['https://demo-api.kalshi.co', 'demo'],
    ['https://demo-api.kalshi.co/', 'demo'],
    ['https://demo-api.kalshi.co/trade-api/v2', 'demo'],
    ['https://external-api.demo.kalshi.co/trade-api/v2/', 'demo'],
    ['https://external-api.kalshi.com', 'production'],
    ['https://api.elections.kalshi.com/trade-api/v2', 'production'],
    ['http://127.0.0.1:8080', 'loopback'],
    ['http://localhost:1', 'loopback'],
    ['https://localhost:65535', 'loopback'],
    ['http://[::1]:9000/trade-api/v2', 'loopback'],
  ])('accepts %s as %s', (text, environment) => {
    const address = parseRestAddress(text);
    expect(address.ok && address.value.environment).toBe(environment);
    expect(address.ok && address.value.url).toBe(new URL(text).origin);
  });

  it.each([
    ['wss://demo-api.kalshi.co', 'demo'],
    ['wss://external-api-ws.demo.kalshi.co', 'demo'],
    ['wss://external-api-ws.kalshi.com', 'production'],
    ['wss://api.elections.kalshi.com', 'production'],
    ['ws://127.0.0.1:8080', 'loopback'],
    ['ws://[::1]:8080', 'loopback'],
  ])('accepts the feed %s as %s', (origin, environment) => {
    const address = parseFeedAddress(`${origin}${feedPath}`);
    expect(address).toEqual({ ok: true, value: { url: `${origin}${feedPath}`, environment } });
    expect(parseFeedAddress(origin).ok).toBe(false);
  });

  const refusedRest = [
    '',
    'demo-api.kalshi.co',
    'http://demo-api.kalshi.co',
    'http://external-api.kalshi.com',
    'ftp://demo-api.kalshi.co',
    'HTTPS://demo-api.kalshi.co',
    'https://DEMO-API.kalshi.co',
    'https://demo-api.kalshi.co.',
    'https://demo-api.kalshi.co:443',
    'https://demo-api.kalshi.co:8443',
    'https://demo-api.kalshi.co.evil.example',
    'https://evil.example/demo-api.kalshi.co',
    'https://evil.example#demo-api.kalshi.co',
    'https://demo-api.kalshi.co@evil.example',
    'https://user:pass@demo-api.kalshi.co',
    'https://demo-api.kalshi.co%2eevil.example',
    'https://demo-api.kalshi.co\\@evil.example',
    'https://demo-api.kalshi.co/../..',
    'https://demo-api.kalshi.co/trade-api/v1',
    'https://demo-api.kalshi.co?x=1',
    'https://demo-api.kalshi.co#x',
    'https://demo-api.kalshi.co\n',
    ' https://demo-api.kalshi.co',
    'https:demo-api.kalshi.co',
    'https:///demo-api.kalshi.co',
    'https://demo\u2010api.kalshi.co',
    'https://demo-api.kalshi.c\u043e',
    'https://kalshi.com',
    'https://external-api-ws.kalshi.com',
    'http://127.0.0.1:0',
    'http://127.0.0.1:65536',
    'http://127.0.0.1:',
    'http://127.0.0.1.',
    'http://127.1:80',
    'http://127.0.0.2:80',
    'http://2130706433:80',
    'http://0x7f000001:80',
    'http://0177.0.0.1:80',
    'http://0.0.0.0:80',
    'http://10.0.0.1:80',
    'http://169.254.169.254',
    'http://[::ffff:127.0.0.1]:80',
    'http://[::ffff:7f00:1]:80',
    'http://[0:0:0:0:0:0:0:1]:80',
    'http://[::]:80',
    'http://localhost.:80',
    'http://localhost.evil.example',
    'http://localhost@evil.example',
    'http://127.0.0.1:80@evil.example',
    'file:///etc/passwd',
  ];
  it.each(refusedRest)('refuses %j', (text) => {
    expect(parseRestAddress(text).ok).toBe(false);
    expect(
      parseFeedAddress(text.replace(/^http/, 'ws') + feedPath).ok && /\d:\d+$/.test(text),
    ).toBe(false);
  });

  it('accepts nothing whose host, as a URL parser reads it, is not in the list', () => {
    const hosts = new Set([
      'demo-api.kalshi.co',
      'external-api.demo.kalshi.co',
      'external-api.kalshi.com',
      'api.elections.kalshi.com',
      '127.0.0.1',
      'localhost',
      '[::1]',
    ]);
    const part = fc.oneof(
      fc.constantFrom(
        'http',
        'https',
        '://',
        '@',
        ':',
        '/',
        '\\',
        '.',
        '#',
        '?',
        '%40',
        '127.0.0.1',
      ),
      fc.constantFrom(...hosts),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const text = parts.join('');
        const address = parseRestAddress(text);
        if (!address.ok) return;
        const url = new URL(text);
        expect(hosts.has(url.hostname)).toBe(true);
        expect(url.username + url.password).toBe('');
        if (address.value.environment !== 'loopback') expect(url.protocol).toBe('https:');
      }),
      { numRuns: 2_000 },
    );
  });

  it('knows the environment of settings; paper_sim is always loopback', () => {
    expect(environmentOf(loaded().settings)).toBe('demo');
    const production = {
      KALSHI_API_BASE_URL: 'https://api.elections.kalshi.com',
      KALSHI_WS_URL: 'wss://external-api-ws.kalshi.com/trade-api/ws/v2',
    };
    expect(environmentOf(loaded({ env: production }).settings)).toBe('production');
    const simulated = { ...production, BOT_EXCHANGE_BACKEND: 'paper_sim' };
    expect(environmentOf(loaded({ env: simulated }).settings)).toBe('loopback');
  });
});

describe('other addresses', () => {
  it.each([
    ['https://api.anthropic.com', true],
    ['http://127.0.0.1:9', true],
    ['http://api.anthropic.com', false],
    ['https://api.anthropic.com.evil.example', false],
    ['https://x@api.anthropic.com', false],
  ])('the model at %s: %s', (text, accepted) => {
    expect(parseModelAddress(text).ok).toBe(accepted);
  });

  it.each([
    ['https://api.alternative.me/fng/', true],
    ['https://feeds.example.com/injuries?league=nfl', true],
    ['http://localhost:8080/x', true],
    ['http://feeds.example.com', false],
    ['https://user@feeds.example.com', false],
    ['https://10.0.0.1/x', false],
    ['https://2130706433/', false],
    ['https://[::ffff:10.0.0.1]/', false],
    ['https://feeds.example.com./', false],
    ['https://feeds.example.com/\\x', false],
    ['https://feeds.example.com/#x', false],
    ['javascript:alert(1)', false],
  ])('evidence at %s: %s', (text, accepted) => {
    expect(parseEvidenceAddress(text).ok).toBe(accepted);
  });
});
