import { createHash } from 'node:crypto';

/** A UUID-shaped name for the n-th thing of a stream: the same in every run of the same seed. */
export function keyedId(seed: number, stream: string, n: number | string): string {
  const hex = createHash('sha256').update(`${seed}/${stream}/${n}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A uniform number in [0, 1) for the n-th draw of a stream. Draws of one stream never move another's. */
export function keyedDraw(seed: number, stream: string, n: number): number {
  return (
    createHash('sha256').update(`${seed}/draw/${stream}/${n}`).digest().readUIntBE(0, 6) / 2 ** 48
  );
}
