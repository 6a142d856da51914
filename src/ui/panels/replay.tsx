import { signal } from '@preact/signals';
import { post } from '../api.js';
import { age, dateTime } from '../format.js';
import { replay } from '../store.js';

const failure = signal('');
const speeds = [1, 60, 600, 3_600, 0];

const ask = async (body: Readonly<Record<string, unknown>>): Promise<void> => {
  const answer = await post('/api/replay', body);
  failure.value = answer.ok ? '' : answer.why;
};

/** Where a replay is, and how fast it goes. */
export function Replay() {
  const now = replay.value;
  if (now === undefined || now === null) return null;
  return (
    <section class="replay" aria-label="Replay">
      <button
        type="button"
        disabled={now.isOver}
        onClick={() => void ask({ isPlaying: !now.isPlaying })}
      >
        {now.isPlaying ? 'Hold' : 'Play'}
      </button>
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={dateTime(now.at)}
        min={now.from}
        max={now.to}
        value={now.at}
        onChange={({ currentTarget }) => void ask({ seek: Number(currentTarget.value) })}
      />
      <span>{dateTime(now.at)}</span>
      <span class="soft">{now.isOver ? 'over' : `${age(now.to - now.at)} left`}</span>
      <select
        aria-label="Speed"
        value={now.speed}
        onChange={({ currentTarget }) => void ask({ speed: Number(currentTarget.value) })}
      >
        {[...new Set([...speeds, now.speed])].map((speed) => (
          <option key={speed} value={speed}>
            {speed === 0 ? 'as fast as it goes' : `×${speed}`}
          </option>
        ))}
      </select>
      {failure.value === '' ? null : <span class="bad">{failure.value}</span>}
    </section>
  );
}
