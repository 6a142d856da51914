import { limits } from '../../limits.js';
import { canonicalText } from './canonical-text.js';
import { canary } from './system-prompt.js';

/** What a text tries, or hides. */
export type FlagReason =
  | 'override'
  | 'prompt_talk'
  | 'role_marker'
  | 'markup'
  | 'demand'
  | 'encoded'
  | 'link_in_title'
  | 'hidden_text'
  | 'mixed_script'
  | 'canary'
  | 'too_long';

/** Somebody else's texts, as they came. */
export type ForeignTexts = {
  /** Titles, subtitles, names of sources. */
  readonly titles: readonly string[];
  /** Rules and notes. */
  readonly bodies: readonly string[];
};

/** On what the reader would see. Bounded gaps only, so that no text takes long to look at. */
const seen: readonly (readonly [FlagReason, RegExp])[] = [
  [
    'override',
    /\b(?:ignore|disregard|forget|override|bypass|discard)\b(?=.{0,90}\b(?:instructions?|prompts?|directions?|directives?|guidelines?|commands?|context)\b).{0,40}\b(?:previous|prior|above|earlier|preceding|these|those|your|system|all)\b/i,
  ],
  [
    'override',
    /\b(?:previous|prior|preceding|new|updated|following|hidden|secret) (?:instructions?|prompts?|directives?)\b/i,
  ],
  [
    'prompt_talk',
    /\b(?:system|developer|initial|original) (?:prompt|message|instructions?)\b|\bprompt injection\b|\bjailbreak\b|\blanguage model\b|\bchatgpt\b|\b(?:as|are|act as) (?:an? )?(?:ai|llm|assistant)\b|\buntrusted\b/i,
  ],
  [
    'role_marker',
    /\b(?:system|assistant|human|user|developer|claude)\s*:|\[\/?(?:inst|sys)\]|^\s*#{2,} *(?:instruction|system|response)/i,
  ],
  ['markup', /<\s*[/!?|a-z]|\/\s*>|\|\s*>|```/i],
  [
    'demand',
    /\byou (?:must|should|shall|will|have to|need to) (?:now |always |only |just )?(?:output|answer|respond|reply|say|return|report|set|give|assign|estimate|predict)\b/i,
  ],
  [
    'demand',
    /\b(?:output|respond(?: with)?|reply(?: with)?|answer(?: with)?)[ :]+(?:only |exactly |just |the |a |number |json )*(?:p\b|probability\b|json\b|0?\.\d|[01]\b(?!\.[1-9])|\d{1,3} ?%)/i,
  ],
  ['demand', /\bprobability (?:is|=|:|should|must|equals|to)|\bp ?[=:] ?[01]?\.\d/i],
  // Longer than any word, number or address.
  ['encoded', /[A-Za-z0-9+/]{80,}/],
  // A letter of one alphabet that passes for another's.
  [
    'mixed_script',
    /\p{Script=Latin}[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}]\p{Script=Latin}/u,
  ],
];

const link = /\bhttps?:|\bwww\.|\b[a-z0-9-]{2,}\.(?:com|net|org|io|co|ai|xyz|app|dev)\b/i;

/** Characters that exist to hide text or to turn it around: tags, bidi overrides and isolates, controls. */
const hidden = /[\u{E0000}-\u{E007F}\u202a-\u202e\u2066-\u2069]|(?![\s\u0085])\p{Cc}/u;

/**
 * Why these texts look like an attempt to steer the model, or null (VALUATION §8-3). Looks at them as they came, as they
 * read, and at all of them in a row. Whoever is flagged is not asked about: nothing is cleaned and carried on with.
 */
export function flagged({ titles, bodies }: ForeignTexts): FlagReason | null {
  const raw = [...titles, ...bodies];
  if (raw.some((text) => text.length > limits.questionRawCharsMax)) return 'too_long';
  if (raw.some((text) => hidden.test(text))) return 'hidden_text';
  const plain = (text: string): string => canonicalText(text, limits.questionRawCharsMax);
  const read = raw.map(plain);
  const all = [...raw, ...read, read.join(' ')];
  if (all.some((text) => text.includes(canary))) return 'canary';
  const match = seen.find(([, pattern]) => all.some((text) => pattern.test(text)));
  if (match !== undefined) return match[0];
  return titles.some((title) => link.test(title) || link.test(plain(title)))
    ? 'link_in_title'
    : null;
}
