import { ARIZONA, CENTRAL, EASTERN, MOUNTAIN, PACIFIC, type Zone } from './calendar.js';

/** A city with daily-high markets, and the station that settles them. Temperatures in °F. */
export type City = {
  readonly series: string;
  readonly hourlySeries: string;
  /** As the title calls it. */
  readonly title: string;
  /** As the rules call it. */
  readonly name: string;
  readonly state: string;
  readonly station: string;
  /** Three letters after CLI. */
  readonly cli: string;
  readonly stationName: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly office: string;
  readonly gridX: number;
  readonly gridY: number;
  readonly zone: Zone;
  readonly highJuly: number;
  readonly highJanuary: number;
  /** Typical day's rise from the morning low. */
  readonly range: number;
  /** Standard deviation of the day-ahead forecast of the high. */
  readonly sd: number;
};

type Row = readonly [
  suffix: string,
  hourly: string,
  title: string,
  name: string,
  state: string,
  station: string,
  stationName: string,
  latitude: number,
  longitude: number,
  office: string,
  gridX: number,
  gridY: number,
  zone: Zone,
  highJuly: number,
  highJanuary: number,
  range: number,
  sd: number,
];

// biome-ignore format: a table reads better as one
const ROWS: readonly Row[] = [
  ['NY', 'NYC', 'NYC', 'New York City', 'NY', 'KNYC', 'New York City, Central Park', 40.7789, -73.9692, 'OKX', 34, 38, EASTERN, 85, 39, 15, 2.5],
  ['CHI', 'CHI', 'Chicago', 'Chicago Midway', 'IL', 'KMDW', 'Chicago, Chicago Midway Airport', 41.7868, -87.7522, 'LOT', 72, 69, CENTRAL, 84, 32, 16, 2.5],
  ['MIA', 'MIA', 'Miami', 'Miami', 'FL', 'KMIA', 'Miami, Miami International Airport', 25.7959, -80.287, 'MFL', 106, 51, EASTERN, 90, 76, 12, 1.7],
  ['AUS', 'AUS', 'Austin', 'Austin Bergstrom', 'TX', 'KAUS', 'Austin, Austin-Bergstrom International Airport', 30.1945, -97.6699, 'EWX', 159, 88, CENTRAL, 96, 62, 20, 2.7],
  ['LAX', 'LAX', 'Los Angeles', 'Los Angeles', 'CA', 'KLAX', 'Los Angeles, Los Angeles International Airport', 33.9425, -118.4081, 'LOX', 149, 41, PACIFIC, 75, 66, 11, 2.0],
  ['DEN', 'DEN', 'Denver', 'Denver', 'CO', 'KDEN', 'Denver, Denver International Airport', 39.8561, -104.6737, 'BOU', 74, 66, MOUNTAIN, 90, 45, 27, 3.3],
  ['PHIL', 'PHIL', 'Philadelphia', 'Philadelphia', 'PA', 'KPHL', 'Philadelphia, Philadelphia International Airport', 39.8744, -75.2424, 'PHI', 48, 72, EASTERN, 88, 41, 17, 2.5],
  ['TATL', 'ATL', 'Atlanta', 'Atlanta', 'GA', 'KATL', 'Atlanta, Hartsfield-Jackson Atlanta International Airport', 33.6407, -84.4277, 'FFC', 50, 82, EASTERN, 90, 54, 18, 2.5],
  ['TBOS', 'BOS', 'Boston', 'Boston', 'MA', 'KBOS', 'Boston, Logan International Airport', 42.3656, -71.0096, 'BOX', 73, 90, EASTERN, 82, 37, 15, 2.5],
  ['TDC', 'DC', 'Washington, D.C.', 'Washington National', 'DC', 'KDCA', 'Washington/Reagan National Airport', 38.8512, -77.0402, 'LWX', 97, 69, EASTERN, 89, 45, 17, 2.5],
  ['TDAL', 'DAL', 'Dallas', 'Dallas-Fort Worth', 'TX', 'KDFW', 'Dallas/Fort Worth International Airport', 32.8998, -97.0403, 'FWD', 80, 109, CENTRAL, 96, 57, 20, 2.7],
  ['THOU', 'HOU', 'Houston', 'Houston Hobby', 'TX', 'KHOU', 'Houston, Houston Hobby Airport', 29.6458, -95.2772, 'HGX', 66, 91, CENTRAL, 93, 63, 16, 2.7],
  ['TSATX', 'SATX', 'San Antonio', 'San Antonio', 'TX', 'KSAT', 'San Antonio International Airport', 29.5337, -98.4698, 'EWX', 127, 59, CENTRAL, 96, 63, 20, 2.7],
  ['TMIN', 'MIN', 'Minneapolis', 'Minneapolis-St. Paul', 'MN', 'KMSP', 'Minneapolis-St. Paul International Airport', 44.8848, -93.2223, 'MPX', 109, 68, CENTRAL, 83, 24, 18, 3.3],
  ['TNOLA', 'NOLA', 'New Orleans', 'New Orleans', 'LA', 'KMSY', 'New Orleans International Airport', 29.9934, -90.258, 'LIX', 60, 89, CENTRAL, 92, 62, 15, 2.2],
  ['TOKC', 'OKC', 'Oklahoma City', 'Oklahoma City', 'OK', 'KOKC', 'Oklahoma City, Will Rogers World Airport', 35.3931, -97.6007, 'OUN', 94, 90, CENTRAL, 94, 50, 21, 2.7],
  ['TPHX', 'PHX', 'Phoenix', 'Phoenix', 'AZ', 'KPHX', 'Phoenix, Sky Harbor International Airport', 33.4373, -112.0078, 'PSR', 161, 57, ARIZONA, 106, 68, 23, 2.0],
  ['TLV', 'LV', 'Las Vegas', 'Las Vegas', 'NV', 'KLAS', 'Las Vegas, Harry Reid International Airport', 36.084, -115.1537, 'VEF', 123, 98, PACIFIC, 105, 58, 22, 2.3],
  ['TSEA', 'SEA', 'Seattle', 'Seattle-Tacoma', 'WA', 'KSEA', 'Seattle, Seattle-Tacoma International Airport', 47.4502, -122.3088, 'SEW', 124, 61, PACIFIC, 78, 48, 19, 2.0],
  ['TSFO', 'SFO', 'San Francisco', 'San Francisco', 'CA', 'KSFO', 'San Francisco, San Francisco International Airport', 37.6213, -122.379, 'MTR', 86, 99, PACIFIC, 72, 57, 14, 2.0],
];

export const CITIES: readonly City[] = ROWS.map((row) => ({
  series: `KXHIGH${row[0]}`,
  hourlySeries: `KXTEMP${row[1]}H`,
  title: row[2],
  name: row[3],
  state: row[4],
  station: row[5],
  cli: row[5].slice(1),
  stationName: row[6],
  latitude: row[7],
  longitude: row[8],
  office: row[9],
  gridX: row[10],
  gridY: row[11],
  zone: row[12],
  highJuly: row[13],
  highJanuary: row[14],
  range: row[15],
  sd: row[16],
}));
