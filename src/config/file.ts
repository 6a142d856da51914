import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { err, ok, type Result } from '../domain/result.js';
import { type ConfigProblem, type ProblemCode, shown } from './problems.js';
import type { FileKind, Meta } from './schema/setting.js';
import { isSettingKey, keyOfEnv, metaOf, type SettingKey, settingKeys } from './schema.js';
import { secretNames } from './secret-names.js';
import { didYouMean } from './suggest.js';

/** A settings file as it was read. `path` is how people know it. */
export type ConfigFile = { readonly path: string; readonly text: string };

export type FileValue = { readonly key: SettingKey; readonly text: string; readonly where: string };

const fileBytesMax = 1_048_576;
const problemsMax = 20;

/** "config.jsonc:3:5": line and column count from 1. */
function placeOf(file: ConfigFile, offset: number): string {
  const before = file.text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - (before.lastIndexOf('\n') + 1) + 1;
  return `${file.path}:${line}:${column}`;
}

const sentence: Readonly<Record<string, string>> = {
  InvalidSymbol: 'there is a word here that JSON does not know',
  InvalidNumberFormat: 'this number is not plain JSON',
  PropertyNameExpected: 'a setting’s name in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is expected here',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'the file should end here',
  UnexpectedEndOfComment: 'a comment is not closed',
  UnexpectedEndOfString: 'a text is not closed',
  UnexpectedEndOfNumber: 'a number is cut short',
  InvalidUnicode: 'this \\u escape is not valid',
  InvalidEscapeCharacter: 'this escape is not valid',
  InvalidCharacter: 'this character is not allowed here',
};

/** The text of an object of plain values, as the environment would spell it: "a=b,c=d". */
function pairs(node: Node): string | undefined {
  const parts: string[] = [];
  for (const property of node.children ?? []) {
    const [name, value] = property.children ?? [];
    if (typeof name?.value !== 'string' || value === undefined) return undefined;
    if (value.type !== 'string' && value.type !== 'number') return undefined;
    const word = String(value.value);
    // What the spelling uses as punctuation cannot be inside a name or a value.
    if (/[=,]/.test(name.value) || /[=,]/.test(word)) return undefined;
    parts.push(`${name.value}=${word}`);
  }
  return parts.join(',');
}

/** A file value in its environment spelling; numbers keep their digits as written, so money is exact. */
function spelling(file: ConfigFile, node: Node, meta: Meta): string | undefined {
  if (node.type === 'null') return meta.optional ? '' : undefined;
  const kinds: readonly string[] = meta.fileKinds satisfies readonly FileKind[];
  if (!kinds.includes(node.type)) return undefined;
  if (node.type === 'string') return String(node.value);
  if (node.type === 'object') return pairs(node);
  return file.text.slice(node.offset, node.offset + node.length);
}

function readProperty(
  file: ConfigFile,
  name: Node,
  value: Node,
  seen: Set<string>,
): Result<FileValue | null, ConfigProblem> {
  const key = String(name.value);
  const where = placeOf(file, name.offset);
  const problem = (code: ProblemCode, message: string): Result<never, ConfigProblem> =>
    err({ code, subject: key, message: `${where}: ${message}` });
  if (key === '$schema') return ok(null);
  if (seen.has(key)) return problem('duplicate_key', `${shown(key)} is there twice`);
  seen.add(key);
  if (!isSettingKey(key)) {
    const byEnv = keyOfEnv.get(key);
    if (byEnv !== undefined)
      return problem('unknown_key', `in a file ${key} is spelt ${shown(byEnv)}`);
    const plain = key.replaceAll('_', '').toUpperCase();
    if (secretNames.some((secret) => secret.replaceAll('_', '') === plain))
      return problem(
        'secret_in_file',
        `${shown(key)} is a secret: keep it in the environment or a key file`,
      );
    return problem('unknown_key', `unknown setting ${shown(key)}${didYouMean(key, settingKeys)}`);
  }
  const meta = metaOf(key);
  if (meta.environmentOnly === true)
    return problem('not_in_file', `${key} can only be set in the environment, as ${meta.env}`);
  const text = spelling(file, value, meta);
  if (text === undefined) {
    const written = shown(file.text.slice(value.offset, value.offset + value.length));
    const found = meta.sensitive === true ? 'not valid' : written;
    return problem('invalid_value', `${key} is ${found}: must be ${meta.allowed}`);
  }
  return ok({ key, text, where: placeOf(file, value.offset) });
}

/** Every setting the file names, each in its environment spelling, or everything that is wrong with its form. */
export function readFileLayer(file: ConfigFile): Result<readonly FileValue[], ConfigProblem[]> {
  const problem = (code: ProblemCode, message: string): ConfigProblem => ({
    code,
    subject: file.path,
    message,
  });
  if (Buffer.byteLength(file.text) > fileBytesMax)
    return err([problem('file_syntax', `${file.path}: larger than ${fileBytesMax} bytes`)]);
  const text = file.text.replace(/^\uFEFF/, ' ');
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  if (errors.length > 0)
    return err(
      errors.slice(0, problemsMax).map((error) => {
        const code = printParseErrorCode(error.error);
        return problem('file_syntax', `${placeOf(file, error.offset)}: ${sentence[code] ?? code}`);
      }),
    );
  if (root === undefined) return ok([]);
  if (root.type !== 'object')
    return err([problem('file_syntax', `${file.path}: must be one object { … }`)]);
  const problems: ConfigProblem[] = [];
  const values: FileValue[] = [];
  const seen = new Set<string>();
  for (const property of root.children ?? []) {
    const [name, value] = property.children ?? [];
    if (name === undefined || value === undefined) continue;
    const read = readProperty(file, name, value, seen);
    if (!read.ok) problems.push(read.error);
    else if (read.value !== null) values.push(read.value);
  }
  return problems.length > 0 ? err(problems) : ok(values);
}
