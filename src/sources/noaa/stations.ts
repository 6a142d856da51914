/** A station that settles temperature markets. */
export type Station = {
  /** ICAO identifier, as the weather service addresses its observations. */
  readonly icao: string;
  /** Three letters after CLI: the name of its climate report. */
  readonly cli: string;
  readonly latitude: number;
  readonly longitude: number;
  /** Hours of local standard time ahead of UTC (negative here). The climate day keeps it all year. */
  readonly standardHours: number;
  /** How rules without a code call the station itself. A city alone names none: several have more than one station. */
  readonly names: readonly string[];
};

/**
 * Where a market's temperature is taken: a station that its rules name, or, without one, only a point on the map, whose
 * forecast says little about it. A point has no readings and no reports.
 */
export type Place =
  | Station
  | (Pick<Station, 'latitude' | 'longitude' | 'standardHours'> & {
      readonly icao: null;
      readonly cli: null;
    });

/** A point given as `latitude,longitude` in degrees. Its standard time is that of its meridian, which is near enough. */
export function pointOf(text: string): Place {
  const [latitude = 0, longitude = 0] = text.split(',').map(Number);
  const standardHours = Math.round(longitude / 15);
  return { icao: null, cli: null, latitude, longitude, standardHours };
}

type Row = readonly [
  icao: string,
  latitude: number,
  longitude: number,
  standardHours: number,
  names: readonly string[],
];

/**
 * Stations named by the rules of the first generation of daily-temperature series and of the `T` generation, as the
 * exchange's market texts and several public readers of them agree (2026-11). Coordinates are the station's, not the city's.
 */
const rows: readonly Row[] = [
  ['KNYC', 40.7789, -73.9692, -5, ['central park']],
  ['KMDW', 41.7868, -87.7522, -6, ['chicago midway', 'midway airport']],
  ['KMIA', 25.7959, -80.287, -5, ['miami international']],
  ['KAUS', 30.1945, -97.6699, -6, ['bergstrom']],
  ['KLAX', 33.9425, -118.4081, -8, ['los angeles international']],
  ['KDEN', 39.8561, -104.6737, -7, ['denver international']],
  ['KPHL', 39.8744, -75.2424, -5, ['philadelphia international']],
  ['KATL', 33.6407, -84.4277, -5, ['hartsfield']],
  ['KBOS', 42.3656, -71.0096, -5, ['logan airport', 'logan international']],
  ['KDCA', 38.8512, -77.0402, -5, ['washington national', 'reagan national']],
  ['KDFW', 32.8998, -97.0403, -6, ['dallas-fort worth', 'dallas/fort worth', 'dallas fort worth']],
  ['KHOU', 29.6458, -95.2772, -6, ['houston hobby', 'hobby airport']],
  ['KSAT', 29.5337, -98.4698, -6, ['san antonio international']],
  ['KMSP', 44.8848, -93.2223, -6, ['minneapolis-st. paul', 'minneapolis-st paul']],
  ['KMSY', 29.9934, -90.258, -6, ['new orleans international', 'louis armstrong']],
  ['KOKC', 35.3931, -97.6007, -6, ['will rogers']],
  ['KPHX', 33.4373, -112.0078, -7, ['sky harbor']],
  ['KLAS', 36.084, -115.1537, -8, ['harry reid']],
  ['KSEA', 47.4502, -122.3088, -8, ['seattle-tacoma']],
  ['KSFO', 37.6213, -122.379, -8, ['san francisco international']],
];

export const stations: readonly Station[] = rows.map(
  ([icao, latitude, longitude, standardHours, names]) => ({
    icao,
    cli: icao.slice(1),
    latitude,
    longitude,
    standardHours,
    names,
  }),
);
