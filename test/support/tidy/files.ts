import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type SourceFile, sourceFile } from './violation.js';

/** Every TypeScript file below a folder of the repository. */
export function filesBelow(root: string, folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) =>
      sourceFile(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8')),
    );
}
