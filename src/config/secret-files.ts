import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import type { ConfigProblem, ProblemCode } from './problems.js';

const secretFileBytesMax = 65_536;

export const errno = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

/**
 * Reads a file that holds a secret, named by the variable `name`. Only a regular file that is ours alone: no link, no
 * other owner, no bit for anybody else. Asked of the open file, so that what is checked is what is read.
 *
 * `credentialsDir`: where systemd lays what LoadCredential= names. There a file may belong to root and be readable by its
 * group, which is how systemd lets the service's user, and nobody else, at it.
 */
export function readSecretFile(
  name: string,
  path: string,
  credentialsDir: string | null = null,
): Result<string, ConfigProblem> {
  const isCredential = credentialsDir !== null && dirname(resolve(path)) === credentialsDir;
  const bad = (code: ProblemCode, why: string, shown = path): Result<never, ConfigProblem> =>
    err({ code, subject: name, message: `${name}: ${shown} ${why}` });
  let file: number | null = null;
  try {
    // A pipe would be waited for.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    const { size, mode, uid } = stat;
    if (!stat.isFile()) return bad('key_unreadable', 'is not a file');
    if (size > secretFileBytesMax)
      return bad('key_unreadable', `is larger than ${secretFileBytesMax} bytes`);
    // Where there are no users, as on Windows, there are no such bits either.
    const self = process.getuid?.();
    if (self !== undefined && uid !== self && !(isCredential && uid === 0))
      return bad('key_file_owner', `belongs to user ${uid}, not to us (${self}); chown it`);
    if (self !== undefined && (mode & (isCredential ? 0o037 : 0o077)) !== 0)
      return bad(
        'key_file_open',
        `has mode ${(mode & 0o777).toString(8).padStart(3, '0')}, so others can use it; chmod 600 it`,
      );
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    const code = errno(error);
    if (code === 'ELOOP')
      return bad('key_file_link', 'is a symbolic link; name the file it leads to');
    // Where no file is, the text may be the secret itself, put into the wrong variable.
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    return bad('key_unreadable', why, 'the file that it names');
  } finally {
    if (file !== null) closeSync(file);
  }
}
