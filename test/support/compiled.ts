import { fileURLToPath } from 'node:url';

/** The sources as `npm run build` left them, for tests that need them in another process. */
export const compiled = fileURLToPath(new URL('../../dist', import.meta.url));
