// Test files share a process: what an earlier one may have left of it, beyond modules, is taken back before the next.
import { vi } from 'vitest';

process.umask(0o022);
process.exitCode = undefined;
vi.restoreAllMocks();
vi.unstubAllEnvs();
