import { type ConfigProblem, exitCodeOf } from '../../config/problems.js';
import type { Settings } from '../../config/schema.js';
import type { LoadedSecrets } from '../../config/secrets.js';
import type { Result } from '../../domain/result.js';
import { alertChannels } from '../alert-channels.js';
import { type Check, failure, pass, unchecked, warning } from './check.js';

const isOfAlerts = ({ subject }: ConfigProblem): boolean => subject.startsWith('BOT_ALERT_');

/** What the keys' own row says nothing of. */
export const notOfAlerts = (problems: readonly ConfigProblem[]): readonly ConfigProblem[] =>
  problems.filter((problem) => !isOfAlerts(problem));

/** Whether people would hear of it. Names channels, and never an address or a token: knowing one is enough to write there. */
export function alertCheck({
  settings,
  loaded,
  isReal,
}: {
  readonly settings: Settings;
  readonly loaded: Result<LoadedSecrets, readonly ConfigProblem[]>;
  /** Real money is at stake. */
  readonly isReal: boolean;
}): Check {
  return {
    code: 'alert_channels',
    proves: 'every channel that is set has all it takes, so that people hear of what goes wrong',
    exitCode: 3,
    atStart: false,
    run: () => {
      if (!loaded.ok) {
        const problems = loaded.error.filter(isOfAlerts);
        if (problems.length === 0) return unchecked('needs key_file');
        const told = problems.map(({ message }) => message).join('; ');
        return failure(told, exitCodeOf(problems) === 4 ? 4 : 3);
      }
      const { secrets } = loaded.value;
      const { config, problem } = alertChannels(settings, secrets);
      const { webhook, telegram, discord } = config;
      const names = [
        ...(webhook === null ? [] : [`webhook${webhook.secret === null ? '' : ', signed'}`]),
        ...(telegram === null ? [] : ['Telegram']),
        ...(discord === null ? [] : ['Discord']),
        ...(secrets.alerts.heartbeatUrl === null ? [] : ['heartbeat']),
      ];
      const doubts = [
        ...(problem === null ? [] : [problem]),
        ...(discord === null || isOfDiscord(discord.url)
          ? []
          : [
              'BOT_ALERT_DISCORD_URL is no webhook of Discord (https://discord.com/api/webhooks/ID/TOKEN)',
            ]),
      ];
      const set = names.length === 0 ? 'no channel' : names.join('; ');
      if (doubts.length > 0) return warning(`${doubts.join('; ')}. Complete: ${set}`);
      if (names.length > 0) return pass(`${set}; \`alerts test\` sends one message by each`);
      const nobody = 'no channel is set: nobody hears when trading is held or the run ends';
      return isReal ? warning(`${nobody}; set one, and a heartbeat`) : unchecked(nobody);
    },
  };
}

/** One whose path goes on, as `/slack`, reads another shape than ours. What is http is a stand-in on loopback. */
function isOfDiscord(url: string): boolean {
  const { hostname, pathname, protocol } = new URL(url);
  if (protocol === 'http:') return true;
  return (
    /^(?:[a-z]+\.)?discord(?:app)?\.com$/.test(hostname) &&
    /^\/api\/(?:v\d+\/)?webhooks\/\d+\/[\w-]+$/.test(pathname)
  );
}
