import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import type { SettingsRequest } from '../../messages/settings.js';

const revisionPattern = /^[0-9a-f]{12,64}$/;

/** The body of a change, or what is wrong with its form. */
export function readRequest(body: unknown): Result<SettingsRequest, string> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return err('the body must be {"revision": text, "changes": {NAME: text or null}}');
  const fields = new Map<string, unknown>(Object.entries(body));
  const others = [...fields.keys()].filter((name) => name !== 'revision' && name !== 'changes');
  if (others.length > 0) return err(`the body has a field of no meaning: ${others[0]}`);
  const revision = fields.get('revision');
  if (typeof revision !== 'string' || !revisionPattern.test(revision))
    return err('revision must be the one that GET /api/settings answered');
  const changes = fields.get('changes');
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes))
    return err('changes must be an object: {NAME: text or null}');
  const entries = Object.entries(changes as Record<string, unknown>);
  if (entries.length === 0 || !(entries.length <= limits.settingsPerChangeMax))
    return err(`changes must name 1 to ${limits.settingsPerChangeMax} settings`);
  for (const [name, value] of entries) {
    if (value !== null && typeof value !== 'string')
      return err(`${name} must be a text, spelt as in the environment, or null`);
    if (value !== null && !(value.length <= limits.settingTextMax))
      return err(`${name} is longer than ${limits.settingTextMax} characters`);
  }
  return ok({ revision, changes: Object.fromEntries(entries) as SettingsRequest['changes'] });
}
