/** Markup that is safe to put into a page. Only `html` and `raw` make it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Html | readonly Html[] | string | number;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] ?? '');

const textOf = (part: Part): string => {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escaped(String(part));
};

/** Whatever is put in is text, unless it was made by `html` itself: a stranger's words cannot become markup. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(
    texts.map((text, at) => `${at === 0 ? '' : textOf(parts[at - 1] ?? '')}${text}`).join(''),
  );

/** Our own markup, styles and scripts, taken as they are. */
export const raw = (text: string): Html => new Html(text);

export const nothing = new Html('');

/** Data for the page's script: no text in it can end the element that holds it. */
export const json = (value: unknown): Html => raw(JSON.stringify(value).replaceAll('<', '\\u003c'));
