import { describe, expect, it } from 'vitest';
import {
  parseClimateText,
  parseProduct,
  parseProducts,
} from '../../src/sources/noaa/parse-climate.js';
import { code, report, value } from './noaa-support.js';

// Goal: the report that settles is told from the one that does not, and a missing value from a number.

describe('a climate report', () => {
  it('is read with its marks, across the end of a month', () => {
    expect(value(parseClimateText(report()))[0]).toEqual({
      cli: 'MIA',
      date: Date.parse('2026-08-31'),
      issuedAt: Date.parse('2026-09-01T05:45:00Z'),
      isFinal: true,
      maximum: 90,
      minimum: -3,
    });
  });

  it('is preliminary when it says until when it is valid, however it says so', () => {
    for (const valid of [
      'VALID TODAY AS OF 0400 PM LOCAL TIME.',
      'VALID AS OF 0600 AM LOCAL TIME.',
    ])
      expect(value(parseClimateText(report({ valid })))[0]?.isFinal).toBe(false);
  });

  it('has no value where one is missing, and takes none from elsewhere', () => {
    const [one] = value(parseClimateText(report({ table: ' TODAY\n  MAXIMUM MM\n  AVERAGE 72' })));
    expect([one?.maximum, one?.minimum]).toEqual([null, null]);
  });

  it('is refused without header, date or table', () => {
    for (const text of [
      report({ header: 'FXUS62 KMFL 010545' }),
      report({ header: 'CDUS42 KMFL 019945' }),
      report({ header: 'CDUS42 KMFL 200545' }),
      report({ date: 'SMARCH 31 2026' }),
      report({ date: 'JUNE 31 2026' }),
      report().replace('TEMPERATURE (F)', ''),
      report().replace('CLIMIA', ''),
      '',
    ])
      expect(code(parseClimateText(text))).toBe('unknown_shape');
  });

  it('is found in a product, and products in their list, oldest first', () => {
    expect(value(parseProduct(JSON.stringify({ productText: report() })))).toHaveLength(1);
    const entry = (id: string, issuanceTime: string) => ({ id, issuanceTime });
    const graph = [
      entry('b-2', '2026-09-01T05:45:00+00:00'),
      entry('../secret', '2026-09-01T05:45:00+00:00'),
      entry('a-1', '2026-08-31T20:45:00+00:00'),
    ];
    const products = value(parseProducts(JSON.stringify({ '@graph': graph })));
    expect(products.map(({ id }) => id)).toEqual(['a-1', 'b-2']);
    expect(value(parseProducts('{"@graph":[]}'))).toEqual([]);
  });
});
