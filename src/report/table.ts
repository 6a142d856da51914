import { type Html, html, type Part } from './html.js';

/** `wide`: left out on a phone. Numbers stand to the right. */
export type Column = {
  readonly name: string;
  readonly kind?: 'text' | 'number' | 'bar';
  readonly isWide?: boolean;
};

const classOf = ({ kind = 'number', isWide = false }: Column): string =>
  `${kind}${isWide ? ' wide' : ''}`;

export function table(
  columns: readonly Column[],
  rows: readonly (readonly Part[])[],
  total: readonly Part[] | null = null,
): Html {
  const cells = (row: readonly Part[]): readonly Html[] =>
    columns.map((column, at) => html`<td class="${classOf(column)}">${row[at] ?? ''}</td>`);
  return html`<div class="scroll"><table><thead><tr>${columns.map(
    (column) => html`<th class="${classOf(column)}" scope="col">${column.name}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody>${
    total === null ? '' : html`<tfoot><tr>${cells(total)}</tr></tfoot>`
  }</table></div>`;
}

/** A section of the page; `lead` says how to read it. */
export const section = (title: string, lead: string, ...body: readonly Html[]): Html =>
  html`<section><h2>${title}</h2>${lead === '' ? '' : html`<p class="lead">${lead}</p>`}${body}</section>`;

/** Green for a gain, red for a loss; the sign is in the text. */
export const toned = (value: number | null, text: string): Html =>
  html`<span class="${value === null || Math.abs(value) < 1e-12 ? '' : value > 0 ? 'gain' : 'loss'}">${text}</span>`;
