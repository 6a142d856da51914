/**
 * The text with the contents of comments, strings, templates and regular expressions blanked, same length and same
 * lines: what is left is code. What a template computes stays code. Not a parser: it needs formatted, compiling files.
 */
export function masked(text: string): string {
  const out = text.split('');
  let at = 0;
  /** Braces open since each `${` that is open. */
  const templates: number[] = [];

  const blank = (from: number, to: number): void => {
    for (let place = from; place < to; place += 1) if (out[place] !== '\n') out[place] = ' ';
  };
  /** From just after an opening quote to its closing one. */
  const skipQuoted = (quote: string): void => {
    const from = at;
    while (at < text.length && text[at] !== quote) at += text[at] === '\\' ? 2 : 1;
    blank(from, Math.min(at, text.length));
    at += 1;
  };
  const skipTemplate = (): void => {
    const from = at;
    while (at < text.length) {
      if (text[at] === '\\') at += 2;
      else if (text[at] === '`') break;
      else if (text.startsWith('${', at)) {
        blank(from, at);
        at += 2;
        templates.push(0);
        return;
      } else at += 1;
    }
    blank(from, Math.min(at, text.length));
    at += 1;
  };
  const skipRegex = (): void => {
    const from = at;
    let isInClass = false;
    while (at < text.length && (isInClass || text[at] !== '/')) {
      if (text[at] === '[') isInClass = true;
      else if (text[at] === ']') isInClass = false;
      at += text[at] === '\\' ? 2 : 1;
    }
    blank(from, at);
    at += 1;
  };

  while (at < text.length) {
    const char = text[at];
    if (text.startsWith('//', at)) {
      const end = text.indexOf('\n', at);
      blank(at, end < 0 ? text.length : end);
      at = end < 0 ? text.length : end;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      blank(at, end < 0 ? text.length : end + 2);
      at = end < 0 ? text.length : end + 2;
    } else if (char === "'" || char === '"') {
      at += 1;
      skipQuoted(char);
    } else if (char === '`') {
      at += 1;
      skipTemplate();
    } else if (char === '/' && startsRegex(out, at)) {
      at += 1;
      skipRegex();
    } else if (templates.length > 0 && (char === '{' || char === '}')) {
      const open = templates.at(-1) ?? 0;
      at += 1;
      if (char === '{') templates[templates.length - 1] = open + 1;
      else if (open > 0) templates[templates.length - 1] = open - 1;
      else {
        templates.pop();
        skipTemplate();
      }
    } else at += 1;
  }
  return out.join('');
}

/** A slash after a value divides; anywhere else it opens a regular expression. */
function startsRegex(out: readonly string[], at: number): boolean {
  let before = at - 1;
  while (before >= 0 && /\s/.test(out[before] ?? '')) before -= 1;
  if (before < 0) return true;
  const char = out[before] ?? '';
  if (!/[\w$)\]}"'`]/.test(char)) return true;
  const word = /(\w+)$/.exec(out.slice(Math.max(0, before - 9), before + 1).join(''))?.[1];
  return word !== undefined && ['return', 'typeof', 'case', 'of', 'in'].includes(word);
}

/** The arguments of a call, split at the top level; `open` is where its bracket stands in masked text. */
export function callArguments(code: string, open: number): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < code.length; at += 1) {
    const char = code[at] ?? '';
    if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) depth -= 1;
    if (depth === 0 || (depth === 1 && char === ',')) {
      const argument = code.slice(from, at).trim();
      if (argument !== '') found.push(argument);
      from = at + 1;
    }
    if (depth === 0) break;
  }
  return found;
}

export const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;
