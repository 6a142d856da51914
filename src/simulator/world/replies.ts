import type { EvidenceReply } from './types.js';

export const json = (body: unknown): EvidenceReply => ({
  status: 200,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify(body),
});

export const geoJson = (body: unknown): EvidenceReply => ({
  status: 200,
  contentType: 'application/geo+json',
  body: JSON.stringify(body),
});

/** A refusal in the weather service's form. */
export const problem = (status: number, type: string, title: string): EvidenceReply => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    correlationId: '16c91526',
    title,
    type: `https://api.weather.gov/problems/${type}`,
    status,
    detail: title,
    instance: 'https://api.weather.gov/requests/16c91526',
  }),
});
