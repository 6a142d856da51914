import { settingOrders } from '../../config/relations.js';
import { metaOf, type SettingKey, sections } from '../../config/schema.js';
import type { SettingAbout, SettingsCatalog } from '../../messages/settings.js';
import { pageRuleOf } from './page-rules.js';

const aboutOf = (section: string, key: SettingKey): SettingAbout => {
  const meta = metaOf(key);
  const rule = pageRuleOf(key);
  return {
    key,
    env: meta.env,
    section,
    unit: meta.unit,
    default: meta.default,
    description: meta.description,
    allowed: meta.allowed,
    hot: meta.hot,
    riskCap: meta.riskCap ?? null,
    environmentOnly: meta.environmentOnly === true,
    sensitive: meta.sensitive === true,
    rule: meta.rule,
    schema: meta.fileSchema,
    neverBecause: rule.kind === 'never' ? rule.because : null,
    oneWay: rule.kind === 'one_way' ? { way: rule.way, because: rule.because } : null,
  };
};

/** Every setting in reading order. */
export const settingAbouts = (): readonly (SettingAbout & { readonly key: SettingKey })[] =>
  sections.flatMap(({ title, keys }) => keys.map((key) => ({ ...aboutOf(title, key), key })));

/** What the page is made from: the build puts it into the page, which opens without an engine. */
export const settingsCatalog = (): SettingsCatalog => ({
  settings: settingAbouts(),
  orders: settingOrders.map(({ low, high, onlyIf }) => ({
    low: metaOf(low).env,
    high: metaOf(high).env,
    onlyIf: onlyIf === null ? null : metaOf(onlyIf).env,
  })),
});
