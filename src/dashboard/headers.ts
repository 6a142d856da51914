/** Of every answer, whatever it is. No header lets another origin read anything. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
};

/** Of a document. Styles inside elements are what the charts are drawn with; scripts come from files of ours alone. */
export const pagePolicy = (scripts: readonly string[]): string =>
  [
    "default-src 'none'",
    `script-src ${["'self'", ...scripts].join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Of a document that states its own, because it also opens from a disk; what a document cannot state is added. */
export function statedPolicy(html: string): string | null {
  const [, stated] =
    /<meta http-equiv="content-security-policy" content="([^"]+)">/.exec(html) ?? [];
  return stated === undefined ? null : `${stated}; frame-ancestors 'none'`;
}
