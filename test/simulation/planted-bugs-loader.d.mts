import type { Swap } from './planted-bugs.mjs';
export function withBug(source: string, swap: Swap, name: string): string;
