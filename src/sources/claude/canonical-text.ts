/** Tabs, line ends and every kind of space. */
const blanks = /[\t-\r\u0085\p{Z}]+/gu;
/**
 * What shows nothing: control and format characters, bidi marks, zero-width characters, tags, variation selectors,
 * fillers, private use, halves of surrogate pairs.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Somebody else's text with one spelling for what looks alike: NFKC, nothing invisible, single blanks, at most
 * `charsMax` characters (VALUATION §8-2). Of its own result it makes the same again.
 */
export function canonicalText(raw: string, charsMax: number): string {
  // What was invisible may have kept two characters from composing, so it goes first; NFKC makes blanks, and nothing else
  // that is not seen.
  const text = raw
    .replace(blanks, ' ')
    .replace(unseen, '')
    .normalize('NFKC')
    .replace(blanks, ' ')
    .trim();
  const chars = Array.from(text);
  return chars.length <= charsMax ? text : chars.slice(0, charsMax).join('').trim();
}
