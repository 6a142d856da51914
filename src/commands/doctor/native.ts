import { type Check, failure, pass } from './check.js';

/** What is compiled for one kind of machine and one Node; the ledger stands on it. */
const nativeModules = ['lmdb', 'msgpackr'] as const;

export const loadModule = (name: string): Promise<unknown> => import(name);

/** `load`: imports a module by its name, or throws. */
export const nativeCheck = (load: (name: string) => Promise<unknown>): Check => ({
  code: 'native_modules',
  proves: 'what is compiled was compiled for this machine',
  exitCode: 1,
  atStart: false,
  run: async () => {
    for (const name of nativeModules)
      try {
        await load(name);
      } catch (error) {
        const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
        return failure(`${name} cannot be loaded (${why}); run npm ci on this machine`);
      }
    return pass(`${nativeModules.join(', ')} load`);
  },
});
