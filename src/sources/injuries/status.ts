import type { InjuryStatus } from '../../messages/evidence.js';

/** Spellings of the feeds' words, letters and digits only. */
const words: Readonly<Record<InjuryStatus, string>> = {
  out: 'o,out,inactive,ofs,outforseason,outfortheseason,outindefinitely,didnotplay,dnp',
  doubtful: 'd,doubtful',
  questionable: 'q,questionable,gtd,gametimedecision',
  probable: 'p,probable',
  day_to_day: 'dd,dtd,daytoday',
  injured_reserve:
    'ir,injuredreserve,injuredlist,il,7dayil,10dayil,15dayil,60dayil,sevendays,tendays,fifteendays,sixtydays,pup,physicallyunabletoperform,nfi',
  suspended: 'sus,suspended,suspension',
  active: 'a,active,healthy,available,cleared,full',
  unknown: '',
};

const byWord = new Map<string, InjuryStatus>(
  (Object.entries(words) as [InjuryStatus, string][]).flatMap(([status, list]) =>
    list.split(',').map((word) => [word, status] as const),
  ),
);

/** A feed's word for how a player is. A word that we do not know is `unknown`, which moves nothing; never `out`. */
export const statusOf = (text: string): InjuryStatus =>
  text.length > 60
    ? 'unknown'
    : (byWord.get(text.toLowerCase().replace(/[^a-z0-9]/g, '')) ?? 'unknown');
