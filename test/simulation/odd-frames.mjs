// Frames as no exchange should send them: fields that are missing, numbers that cannot be, keys twice, another subscription.

const number = (field, value) => (text) =>
  text.replace(new RegExp(`"${field}":"[^"]*"`), `"${field}":${value}`);
const renamed = (field) => (text) => text.replace(`"${field}":`, `"${field}_":`);

/** Each leaves a delta that changes no book: it costs its market the trust in it. */
const oddDeltas = [
  renamed('price_dollars'),
  renamed('delta_fp'),
  renamed('side'),
  ...[
    '"1.0100"',
    '"-0.5600"',
    '"NaN"',
    '"1e999"',
    '"0x1"',
    '" 0.56"',
    '"０.5600"',
    '0.56',
    'null',
    '""',
  ].map((value) => number('price_dollars', value)),
  ...['"NaN"', '"1e2"', '"12.005"', '"99999999999999999999"', '12', 'null'].map((value) =>
    number('delta_fp', value),
  ),
  number('side', '"both"'),
  // Below zero (B9).
  number('delta_fp', '"-9999999.00"'),
];
/** Each is a delta to whoever reads JSON by its rules. */
const soundDeltas = [
  (text) => text.replace('"price_dollars":', '"price_dollars":"0.9900","price_dollars":'),
  (text) => text.replace('"side":', '"surprise":{"a":[1,null,"x"]},"side":'),
];
const oddSnapshots = [
  renamed('yes_dollars_fp'),
  (text) => text.replace(/\[\["0\.\d+"/, '[["1.5000"'),
  (text) => text.replace(/\[\["(0\.\d+)","[^"]*"/, '[["$1","-3.00"'),
];

/** A book's frame made odd; `isOdd` when it can no longer be believed. */
export function oddFrame(type, text, draws) {
  if (type === 'orderbook_snapshot') {
    const odd = draws.pick('odd/snapshot', oddSnapshots)(text);
    return { text: odd, isOdd: odd !== text };
  }
  if (draws.next('odd/sound') < 0.3)
    return { text: draws.pick('odd/sound/which', soundDeltas)(text), isOdd: false };
  const odd = draws.pick('odd/delta', oddDeltas)(text);
  return { text: odd, isOdd: odd !== text };
}

/** Another change than the exchange made, and a sound one: a book that crosses (B9). */
export const crossingFrame = (text) =>
  number('delta_fp', '"7.00"')(number('price_dollars', '"0.9900"')(text));

/** The frame under the number of a subscription that nobody made. */
export const strayFrame = (text) =>
  text.replace(/"sid":(\d+)/, (_, sid) => `"sid":${Number(sid) + 500}`);

/** A fill frame's twin: another trade of the same order, larger than any order here. */
export function overfill(text, draws) {
  const frame = JSON.parse(text);
  const trade_id = `forged-${draws.whole('forged', 0, 1e9)}`;
  return `${JSON.stringify({ ...frame, msg: { ...frame.msg, trade_id, count_fp: '100000.00' } })}\n`;
}
