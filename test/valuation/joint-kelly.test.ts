import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Instrument, type JointRequest, jointKelly } from '../../src/valuation/joint-kelly.js';
import { growth as growthOfOne, kellyFraction } from '../../src/valuation/kelly.js';
import { exclusiveKelly, independentOutcomes } from './kelly-oracles.js';

// Goal: the joint sizes are the ones that grow the bankroll fastest, to the printed digits of VALUATION §5.4 to §5.6.
const costOf = (p: number, rate: number): number => p + rate * p * (1 - p);

/** YES of each outcome; a last outcome that nobody can buy takes what the probabilities leave. */
const yesOnly = (q: readonly number[], c: readonly number[]): JointRequest => {
  const rest = 1 - q.reduce((sum, each) => sum + each, 0);
  const probabilities = rest > 1e-9 ? [...q, rest] : q;
  return {
    probabilities,
    instruments: c.map((cost, i) => ({ cost, cap: 1, pays: probabilities.map((_, j) => i === j) })),
    wealth: probabilities.map(() => 1),
    budget: 1,
  };
};
const solve = (request: JointRequest) => {
  const answer = jointKelly(request);
  if (!answer.ok) throw new Error(answer.error);
  return answer.value;
};
const growthOf = ({ probabilities, instruments, wealth }: JointRequest, x: readonly number[]) =>
  probabilities.reduce((sum, q, j) => {
    const after = instruments.reduce(
      (all, { cost, pays }, i) => all + (x[i] as number) * ((pays[j] === true ? 1 / cost : 0) - 1),
      wealth[j] as number,
    );
    return q === 0 ? sum : sum + q * Math.log(after);
  }, 0);

const a = { q: [0.05, 0.15, 0.3, 0.28, 0.15, 0.07], p: [0.04, 0.12, 0.22, 0.3, 0.22, 0.14] };
const b = { q: [0.1, 0.2, 0.4, 0.3], p: [0.12, 0.22, 0.42, 0.32] };
const c = { q: [0.5, 0.3, 0.2], p: [0.4, 0.35, 0.3] };
const d = { q: [0.3, 0.25], p: [0.22, 0.2] };
const e = { q: [0.7, 0.28, 0.02], p: [0.5, 0.3, 0.25] };

describe('YES of outcomes that exclude each other', () => {
  // VALUATION §5.4: probabilities, prices, fee rate; chosen outcomes, reserve, shares, growth.
  it.each`
    name            | of   | rate    | chosen          | reserve       | shares                                          | growth
    ${'A'}          | ${a} | ${0}    | ${[2, 0, 1, 3]} | ${0.6875}     | ${[0.0225, 0.0675, 0.14875, 0.07375, 0, 0]}     | ${0.0359246259}
    ${'A with fee'} | ${a} | ${0.07} | ${[2, 1, 0, 3]} | ${0.77681421} | ${[0.016839, 0.05104, 0.11977, 0.035537, 0, 0]} | ${0.0212338736}
    ${'B'}          | ${b} | ${0}    | ${[]}           | ${1}          | ${[0, 0, 0, 0]}                                 | ${0}
    ${'B with fee'} | ${b} | ${0.07} | ${[]}           | ${1}          | ${[0, 0, 0, 0]}                                 | ${0}
    ${'C'}          | ${c} | ${0}    | ${[0, 1]}       | ${0.8}        | ${[0.18, 0.02, 0]}                              | ${0.0206978614}
    ${'C with fee'} | ${c} | ${0.07} | ${[0]}          | ${0.85733882} | ${[0.142661, 0, 0]}                             | ${0.0140397629}
    ${'D'}          | ${d} | ${0.07} | ${[0, 1]}       | ${0.80820707} | ${[0.112486, 0.079307]}                         | ${0.0234402171}
    ${'E'}          | ${e} | ${0.07} | ${[0, 1]}       | ${0.11918951} | ${[0.638319, 0.242491, 0]}                      | ${0.1361963003}
  `('case $name', ({ of, rate, chosen, reserve, shares, growth }) => {
    const cost = of.p.map((p: number) => costOf(p, rate));
    const closed = exclusiveKelly(of.q, cost);
    if (!closed.ok) throw new Error(closed.error);
    expect(closed.value.chosen).toEqual(chosen);
    expect(closed.value.reserve).toBeCloseTo(reserve, 8);
    const request = yesOnly(of.q, cost);
    const joint = solve(request);
    expect(joint.growth).toBeCloseTo(growth, 10);
    expect(growthOf(request, closed.value.shares)).toBeCloseTo(growth, 10);
    for (const [i, share] of shares.entries()) {
      expect(closed.value.shares[i]).toBeCloseTo(share, 6);
      expect(joint.shares[i]).toBeCloseTo(closed.value.shares[i] as number, 7);
    }
  });

  it('is refused where it is no bet but a gift, and where it is not a number', () => {
    expect(exclusiveKelly([0.5, 0.5], [0.6, 0.41])).toMatchObject({ ok: true });
    expect(exclusiveKelly([0.6, 0.4], [0.5, 0.3])).toEqual({ ok: false, error: 'riskless' });
    const bad = { ok: false, error: 'not_a_number' };
    expect(exclusiveKelly([Number.NaN], [0.5])).toEqual(bad);
    expect(exclusiveKelly([0.5], [Number.NaN])).toEqual(bad);
    expect(exclusiveKelly([0.5], [1])).toEqual(bad);
    expect(exclusiveKelly([0.7, 0.7], [0.5, 0.5])).toEqual(bad);
    expect(exclusiveKelly([0.7], [0.5, 0.5])).toEqual(bad);
  });
});

/** Both sides of every outcome of a partition. */
const bothSides = (
  q: readonly number[],
  asks: readonly number[],
  bids: readonly number[],
  rate: number,
): JointRequest => ({
  probabilities: q,
  wealth: q.map(() => 1),
  budget: 1,
  instruments: [
    ...asks.map(
      (p, i): Instrument => ({ cost: costOf(p, rate), cap: 1, pays: q.map((_, j) => i === j) }),
    ),
    ...bids.map(
      (p, i): Instrument => ({ cost: costOf(1 - p, rate), cap: 1, pays: q.map((_, j) => i !== j) }),
    ),
  ],
});

describe('YES and NO together', () => {
  const bids = [0.03, 0.11, 0.21, 0.29, 0.21, 0.13];
  const request = bothSides(a.q, a.p, bids, 0.07);

  it('is case A of §5.5', () => {
    const { shares, growth, gap } = solve(request);
    const expected = [0.00692, 0.02143, 0.06585, 0, 0, 0, 0, 0, 0, 0, 0.20292, 0.38264];
    for (const [i, share] of expected.entries()) expect(shares[i]).toBeCloseTo(share, 5);
    expect(growth).toBeCloseTo(0.03120995, 8);
    expect(shares.reduce((sum, each) => sum + each, 0)).toBeCloseTo(0.67976, 5);
    expect(gap).toBeLessThan(1e-10);
  });

  it('beats sizing each alone', () => {
    const alone = request.instruments.map(({ cost, pays }) =>
      kellyFraction(
        request.probabilities.reduce((sum, q, j) => sum + (pays[j] === true ? q : 0), 0),
        cost,
      ),
    );
    expect(alone.reduce((sum, each) => sum + each, 0)).toBeCloseTo(0.7926, 4);
    expect(growthOf(request, alone)).toBeCloseTo(0.02953952, 8);
  });
});

describe('independent bets', () => {
  const bets = (pairs: readonly (readonly [number, number])[], budget = 1): JointRequest => {
    const { probabilities, pays } = independentOutcomes(pairs.map(([q]) => q));
    return {
      probabilities,
      wealth: probabilities.map(() => 1),
      budget,
      instruments: pairs.map(([, p], i) => ({
        cost: costOf(p, 0.07),
        cap: 1,
        pays: pays[i] as readonly boolean[],
      })),
    };
  };
  const mixed = [
    [0.6, 0.5],
    [0.3, 0.22],
    [0.93, 0.88],
  ] as const;
  const same = (n: number, q: number, p: number) =>
    Array.from({ length: n }, () => [q, p] as const);

  // VALUATION §5.6.
  it.each`
    name                | of                   | budget  | shares                            | growth
    ${'one'}            | ${same(1, 0.6, 0.5)} | ${1}    | ${[0.170984]}                     | ${0.01374553}
    ${'two'}            | ${same(2, 0.6, 0.5)} | ${1}    | ${[0.166346, 0.166346]}           | ${0.02711088}
    ${'three'}          | ${same(3, 0.6, 0.5)} | ${1}    | ${[0.161491, 0.161491, 0.161491]} | ${0.04007651}
    ${'five'}           | ${same(5, 0.6, 0.5)} | ${1}    | ${Array(5).fill(0.150557)}        | ${0.06466376}
    ${'mixed'}          | ${mixed}             | ${1}    | ${[0.162703, 0.084692, 0.351638]} | ${0.03533128}
    ${'mixed, capped'}  | ${mixed}             | ${0.25} | ${[0.124465, 0.073109, 0.052426]} | ${0.0268226}
    ${'two favourites'} | ${same(2, 0.9, 0.8)} | ${1}    | ${[0.412479, 0.412479]}           | ${0.05634714}
  `('$name', ({ of, budget, shares, growth }) => {
    const answer = solve(bets(of, budget));
    for (const [i, share] of shares.entries()) expect(answer.shares[i]).toBeCloseTo(share, 6);
    expect(answer.growth).toBeCloseTo(growth, 8);
  });

  it.each([
    [0.6, 0.5, 0.170984],
    [0.3, 0.22, 0.088527],
    [0.93, 0.88, 0.378375],
    [0.9, 0.8, 0.470339],
  ])('spends less on each of several than on %d at %d alone', (q, p, single) => {
    expect(kellyFraction(q, costOf(p, 0.07))).toBeCloseTo(single, 6);
    const [share] = solve(bets(same(2, q, p))).shares;
    expect(share).toBeLessThan(single);
  });

  it('spends on two that are one what it would spend on one', () => {
    const cost = costOf(0.5, 0.07);
    const twin = { cost, cap: 1, pays: [true, false] };
    const { shares, growth } = solve({
      probabilities: [0.6, 0.4],
      wealth: [1, 1],
      budget: 1,
      instruments: [twin, twin],
    });
    expect((shares[0] as number) + (shares[1] as number)).toBeCloseTo(0.170984, 6);
    expect(growth).toBeCloseTo(growthOfOne(kellyFraction(0.6, cost), 0.6, cost), 10);
  });

  it('can be twelve', () => {
    const { shares, gap } = solve(bets(same(12, 0.6, 0.5)));
    expect(new Set(shares.map((each) => each.toFixed(7))).size).toBe(1);
    expect(gap).toBeLessThan(1e-9);
  });
});

const weights = (n: number) =>
  fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: n, maxLength: n });
/** A partition of two to seven outcomes, contracts on either side of some, something held, tight or loose caps. */
const problems: fc.Arbitrary<JointRequest> = fc.integer({ min: 2, max: 7 }).chain((n) =>
  fc
    .record({
      q: weights(n),
      held: fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), {
        minLength: n,
        maxLength: n,
      }),
      budget: fc.constantFrom(0, 0.01, 0.06, 0.3, 0.49),
      offers: fc.array(
        fc.record({
          of: fc.nat({ max: n - 1 }),
          isYes: fc.boolean(),
          cost: fc.double({ min: 0.02, max: 0.98, noNaN: true }),
          cap: fc.constantFrom(0, 0.005, 0.02, 0.3, 1),
        }),
        { minLength: 1, maxLength: 10 },
      ),
    })
    .map(({ q, held, budget, offers }): JointRequest => {
      const sum = q.reduce((all, each) => all + each, 0);
      return {
        probabilities: q.map((each) => each / sum),
        wealth: held.map((each) => 1 + each),
        budget,
        instruments: offers.map(({ of, isYes, cost, cap }) => ({
          cost,
          cap,
          pays: q.map((_, j) => (of === j) === isYes),
        })),
      };
    }),
);

describe('the joint answer', () => {
  it('keeps its caps, and no small step that keeps them too grows faster', () => {
    let bets = 0;
    fc.assert(
      fc.property(
        problems,
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 10, maxLength: 10 }),
        (request, turn) => {
          const { instruments, budget } = request;
          const { shares, growth, gap } = solve(request);
          const spent = (x: readonly number[]) => x.reduce((sum, each) => sum + each, 0);
          expect(spent(shares)).toBeLessThanOrEqual(budget);
          for (const [i, { cap }] of instruments.entries()) {
            expect(shares[i]).toBeGreaterThanOrEqual(0);
            expect(shares[i]).toBeLessThanOrEqual(cap);
          }
          expect(growth).toBeCloseTo(growthOf(request, shares), 12);
          if (spent(shares) > 0) bets += 1;
          for (const size of [1e-2, 1e-4]) {
            const step = shares.map((each, i) =>
              Math.min(
                Math.max(each + size * (turn[i % turn.length] as number), 0),
                (instruments[i] as Instrument).cap,
              ),
            );
            const over = spent(step);
            const other = over > budget ? step.map((each) => (each * budget) / over) : step;
            const reached = growthOf(request, other);
            if (!Number.isNaN(reached)) expect(reached).toBeLessThanOrEqual(growth + gap + 1e-12);
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(bets).toBeGreaterThan(100);
  });

  it('asks for nothing more once it has what it asked for', () => {
    fc.assert(
      fc.property(problems, (request) => {
        const loose: JointRequest = {
          ...request,
          budget: 0.49,
          instruments: request.instruments.map((each) => ({ ...each, cap: 1 })),
        };
        const { shares } = solve(loose);
        const wealth = loose.wealth.map((before, j) =>
          loose.instruments.reduce(
            (sum, { cost, pays }, i) =>
              sum + (shares[i] as number) * ((pays[j] === true ? 1 / cost : 0) - 1),
            before,
          ),
        );
        const left = 0.49 - shares.reduce((sum, each) => sum + each, 0);
        const again = solve({ ...loose, wealth, budget: Math.max(left, 0) });
        expect(again.growth).toBeLessThanOrEqual(growthOf(loose, shares) + 1e-6);
      }),
      { numRuns: 100 },
    );
  });

  it('is the closed form when there is only YES', () => {
    fc.assert(
      fc.property(
        weights(5),
        fc.array(fc.double({ min: 0.02, max: 0.5, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (raw, cost) => {
          const sum = raw.reduce((all, each) => all + each, 0);
          const q = raw.slice(0, 4).map((each) => each / sum);
          const closed = exclusiveKelly(q, cost);
          if (!closed.ok) return;
          const joint = solve(yesOnly(q, cost));
          for (const [i, share] of closed.value.shares.entries())
            expect(joint.shares[i]).toBeCloseTo(share, 4);
        },
      ),
    );
  });

  it('is the same every time, and for forty contracts', () => {
    const q = Array.from({ length: 20 }, (_, j) => (j + 1) / 210);
    const ask = q.map((each, j) => Math.max(0.01, each + (j % 3 === 0 ? -0.01 : 0.02)));
    const bid = q.map((each, j) => Math.max(0.005, each + (j % 4 === 0 ? 0.01 : -0.02)));
    const request = bothSides(q, ask, bid, 0.07);
    expect(request.instruments).toHaveLength(40);
    expect(solve(request)).toEqual(solve(request));
    expect(solve(request).gap).toBeLessThan(1e-8);
    const one = request.instruments[0] as Instrument;
    const tooMany = { ...request, instruments: [...request.instruments, one] };
    expect(jointKelly(tooMany)).toEqual({ ok: false, error: 'too_many' });
  });

  it('refuses what is not a number, anywhere', () => {
    const good = yesOnly([0.5, 0.3], [0.4, 0.2]);
    expect(jointKelly(good).ok).toBe(true);
    const [first, ...others] = good.instruments as readonly [Instrument, ...Instrument[]];
    const bad: readonly Partial<JointRequest>[] = [
      { probabilities: [Number.NaN, 0.3, 0.2] },
      { probabilities: [0.5, 0.3, 0.3] },
      { probabilities: [0.5, 0.7, -0.2] },
      { wealth: [1, Number.NaN, 1] },
      { wealth: [1, 1] },
      { budget: Number.NaN },
      { instruments: [{ ...first, cost: Number.NaN }, ...others] },
      { instruments: [{ ...first, cost: 0 }, ...others] },
      { instruments: [{ ...first, cost: 1 }, ...others] },
      { instruments: [{ ...first, cap: Number.NaN }, ...others] },
      { instruments: [{ ...first, pays: [true] }, ...others] },
    ];
    for (const change of bad)
      expect(jointKelly({ ...good, ...change })).toEqual({ ok: false, error: 'not_a_number' });
    expect(jointKelly({ ...good, wealth: [1, 0, 1] })).toEqual({ ok: false, error: 'wealth_gone' });
    expect(jointKelly({ ...good, instruments: [] })).toMatchObject({ ok: true });
  });
});
