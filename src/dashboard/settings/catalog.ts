import { metaOf, type SettingKey, sections } from '../../config/schema.js';
import type { SettingAbout } from '../../messages/settings.js';
import { neverFromPage } from './never.js';

const aboutOf = (section: string, key: SettingKey): SettingAbout => {
  const meta = metaOf(key);
  return {
    key,
    env: meta.env,
    section,
    unit: meta.unit,
    default: meta.default,
    description: meta.description,
    allowed: meta.allowed,
    hot: meta.hot,
    built: meta.built,
    riskCap: meta.riskCap ?? null,
    environmentOnly: meta.environmentOnly === true,
    sensitive: meta.sensitive === true,
    rule: meta.rule,
    schema: meta.fileSchema,
    neverBecause: neverFromPage[key] ?? null,
  };
};

/** Every setting in reading order, as the page shows it; the build puts it into the page that opens without an engine. */
export const settingsCatalog = (): readonly (SettingAbout & { readonly key: SettingKey })[] =>
  sections.flatMap(({ title, keys }) => keys.map((key) => ({ ...aboutOf(title, key), key })));
