import type { ReplayCommand } from '../messages.js';
import { type Answer, json, type Route, refused } from '../route.js';

const speedMax = 1_000_000;

/** What may be asked of a recording that is being replayed. */
export function replayRoutes(ask: (command: ReplayCommand) => void): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/api/replay',
      access: 'full',
      handle: ({ body }) => answer(body, ask),
    },
  ];
}

function answer(body: unknown, ask: (command: ReplayCommand) => void): Answer {
  const command = commandOf(body);
  if (command === null)
    return refused(
      400,
      'bad_request',
      'speed (0: as fast as it goes), isPlaying or seek is needed',
    );
  ask(command);
  return json(202, {});
}

function commandOf(body: unknown): ReplayCommand | null {
  if (typeof body !== 'object' || body === null) return null;
  const { speed, isPlaying, seek } = body as Readonly<Record<string, unknown>>;
  if (typeof speed === 'number' && speed >= 0 && speed <= speedMax) return { kind: 'speed', speed };
  if (typeof isPlaying === 'boolean') return { kind: 'play', isPlaying };
  if (typeof seek === 'number' && Number.isSafeInteger(seek) && seek >= 0)
    return { kind: 'seek', at: seek };
  return null;
}
