import { computed, signal } from '@preact/signals';
import type { ReplayBar } from '../../messages/dashboard.js';
import { post } from '../api.js';
import { age, dateTime } from '../format.js';
import { replay } from '../store.js';

const failure = signal('');
const speeds = [1, 60, 600, 3_600, 0];

const ask = async (body: Readonly<Record<string, unknown>>): Promise<void> => {
  const answer = await post('/api/replay', body);
  failure.value = answer.ok ? '' : answer.why;
  if (!answer.ok) wanted.value = null;
};

/** Where the handle was put, until the replay says that it has heard of it. */
const wanted = signal<number | null>(null);

/** Where it is to go, or is on its way to; null: it is there. */
const goal = computed(() => {
  const now = replay.value;
  return wanted.value ?? (now?.isSeeking === true && now.sought > 0 ? now.sought : null);
});

/** A hundred steps, of a second at least: what an arrow key moves. */
const stepOf = ({ from, to }: ReplayBar): number => Math.max(1_000, Math.ceil((to - from) / 100));

/** Lets go of the handle once the replay has heard where it was put. */
export const startReplay = (): (() => void) =>
  replay.subscribe((now) => {
    if (now?.sought === wanted.peek()) wanted.value = null;
  });

const whereText = ({ isOver, at, to }: ReplayBar): string => {
  if (goal.value !== null) return `on the way to ${dateTime(goal.value)}`;
  return isOver ? 'at its end' : `${age(to - at)} left`;
};

/** Where a replay is, and how fast it goes. */
export function Replay() {
  const now = replay.value;
  if (now === undefined || now === null) return null;
  const { from, to, at, speed, isPlaying, isOver } = now;
  const step = stepOf(now);
  const handle = goal.value ?? at;
  return (
    <section class="replay-bar" aria-label="Replay">
      <button
        type="button"
        class="play"
        onClick={() => void ask({ isPlaying: isOver || !isPlaying })}
      >
        {isOver ? 'Play again' : isPlaying ? 'Pause' : 'Play'}
      </button>
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={dateTime(handle)}
        min={from}
        max={from + Math.ceil((to - from) / step) * step}
        step={step}
        value={handle}
        onInput={({ currentTarget }) => {
          wanted.value = Number(currentTarget.value);
        }}
        onChange={() => {
          if (wanted.value !== null) void ask({ seek: wanted.value });
        }}
      />
      <output class="position">{dateTime(at)}</output>
      <span class="soft where">{whereText(now)}</span>
      <select
        aria-label="Speed"
        value={speed}
        onChange={({ currentTarget }) => void ask({ speed: Number(currentTarget.value) })}
      >
        {[...new Set([...speeds, speed])].map((one) => (
          <option key={one} value={one}>
            {speedText(one)}
          </option>
        ))}
      </select>
      {failure.value === '' ? null : <span class="bad">{failure.value}</span>}
    </section>
  );
}

const speedText = (speed: number): string => {
  if (speed === 0) return 'as fast as it goes';
  return speed === 1 ? '×1, as it was' : `×${speed}`;
};
