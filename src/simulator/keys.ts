/** A key pair for one run: the private half in a fresh directory that only its owner can read, gone when the run ends. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type KeyType = 'rsa' | 'ed25519';
export type RunKey = {
  readonly publicPem: string;
  readonly privateKeyPath: string;
  readonly remove: () => void;
};

export function makeRunKey(type: KeyType): RunKey {
  const pair =
    type === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const directory = mkdtempSync(join(tmpdir(), 'event-simulator-'));
  const privateKeyPath = join(directory, 'private-key.pem');
  writeFileSync(privateKeyPath, privatePem, { mode: 0o600 });
  return {
    publicPem,
    privateKeyPath,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
