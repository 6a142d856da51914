/** Who plays. Codes as tickers use them. Tennis names and all players on injury lists are invented. */

export type League = {
  readonly code: 'NFL' | 'NBA' | 'MLB' | 'WTA' | 'ATP';
  readonly series: string;
  readonly title: string;
  readonly sport: string;
  readonly competitor: string;
  readonly exchangeIndex: number;
  readonly durationHours: number;
  readonly positions: readonly string[];
  /** Code and name. Neighbours in the list play each other. */
  readonly sides: readonly (readonly [code: string, name: string])[];
};

const sides = (text: string): (readonly [string, string])[] =>
  text.split(',').map((item) => {
    const [code = '', ...name] = item.trim().split(' ');
    return [code, name.join(' ')] as const;
  });

export const LEAGUES: readonly League[] = [
  {
    code: 'NFL',
    series: 'KXNFLGAME',
    title: 'Pro football game',
    sport: 'Football',
    competitor: 'football_team',
    exchangeIndex: 0,
    durationHours: 3.2,
    positions: ['QB', 'RB', 'WR', 'TE', 'LT', 'CB', 'LB', 'DE'],
    sides: sides(
      'PHI Philadelphia, TEN Tennessee, BUF Buffalo, MIA Miami, KC Kansas City, DEN Denver, DAL Dallas, NYG New York G, SF San Francisco, SEA Seattle, BAL Baltimore, CIN Cincinnati, DET Detroit, GB Green Bay, LAR Los Angeles R, ARI Arizona, TB Tampa Bay, NO New Orleans, HOU Houston, IND Indianapolis',
    ),
  },
  {
    code: 'NBA',
    series: 'KXNBAGAME',
    title: 'Pro basketball game',
    sport: 'Basketball',
    competitor: 'basketball_team',
    exchangeIndex: 3,
    durationHours: 2.4,
    positions: ['G', 'F', 'C', 'PG', 'SG', 'SF', 'PF'],
    sides: sides(
      'BOS Boston, NYK New York, LAL Los Angeles L, GSW Golden State, DEN Denver, OKC Oklahoma City, MIL Milwaukee, PHI Philadelphia, MIN Minnesota, DAL Dallas, PHX Phoenix, SAC Sacramento, CLE Cleveland, IND Indiana, MIA Miami, ORL Orlando, HOU Houston, SAS San Antonio, ATL Atlanta, CHI Chicago',
    ),
  },
  {
    code: 'MLB',
    series: 'KXMLBGAME',
    title: 'Pro baseball game',
    sport: 'Baseball',
    competitor: 'baseball_team',
    exchangeIndex: 3,
    durationHours: 2.9,
    positions: ['SP', 'RP', 'C', '1B', '2B', 'SS', '3B', 'OF'],
    sides: sides(
      'TB Tampa Bay, NYY New York Y, LAD Los Angeles D, SD San Diego, HOU Houston, TEX Texas, ATL Atlanta, NYM New York M, BAL Baltimore, TOR Toronto, CHC Chicago C, MIL Milwaukee, CLE Cleveland, DET Detroit, SEA Seattle, LAA Los Angeles A, PHI Philadelphia, WSH Washington, STL St. Louis, CIN Cincinnati',
    ),
  },
  {
    code: 'WTA',
    series: 'KXWTAMATCH',
    title: 'WTA tennis match',
    sport: 'Tennis',
    competitor: 'tennis_competitor',
    exchangeIndex: 3,
    durationHours: 1.9,
    positions: ['Singles'],
    sides: sides(
      'VAL Lena Valtere, MOR Ines Moreau, KOV Petra Kovanda, SAT Hana Satomi, DUR Clara Durand, NIL Freja Nilsen, ROS Giulia Rosato, BEL Marta Belova, ALV Sofia Alvarde, WIN Kate Winslade, TAN Mei Tanaki, OKA Ada Okafer',
    ),
  },
  {
    code: 'ATP',
    series: 'KXATPMATCH',
    title: 'ATP tennis match',
    sport: 'Tennis',
    competitor: 'tennis_competitor',
    exchangeIndex: 3,
    durationHours: 2.2,
    positions: ['Singles'],
    sides: sides(
      'HAL Jonas Haldane, FER Tomas Ferrand, LIN Erik Lindqvar, GOM Pablo Gomera, BRU Luca Brunori, NOV Milan Novotra, KIM Jun Kimura, STE Max Steinhof, DIA Rui Diaves, POP Andrei Popesca, HUG Sam Hughson, ZAL Karel Zalesky',
    ),
  },
];

export const FIRST_NAMES =
  'Marcus,Devon,Tyler,Andre,Caleb,Isaiah,Jordan,Malik,Trevor,Nolan,Xavier,Brandon,Elias,Theo,Damon,Cole'.split(
    ',',
  );
export const LAST_NAMES =
  'Harlow,Bennick,Castel,Draymore,Ellery,Fontane,Grissom,Holbeck,Ivers,Jessup,Kestrel,Lachlan,Merrin,Norwell,Ostrand,Penhallow,Quillan,Rothwell,Stanfield,Tolliver'.split(
    ',',
  );
export const BODY_PARTS = [
  'Ankle',
  'Knee',
  'Hamstring',
  'Shoulder',
  'Groin',
  'Back',
  'Wrist',
  'Calf',
];
