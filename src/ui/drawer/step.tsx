import type { ComponentChildren } from 'preact';

/** One link of the chain. */
export const Step = (props: { readonly title: string; readonly children: ComponentChildren }) => (
  <section class="step">
    <h3>{props.title}</h3>
    {props.children}
  </section>
);

type FactProps = {
  readonly name: string;
  readonly title?: string;
  readonly children: ComponentChildren;
};
export const Fact = ({ name, title, children }: FactProps) => (
  <div title={title}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

export const Facts = ({ children }: { readonly children: ComponentChildren }) => (
  <dl class="facts">{children}</dl>
);

/** A text that is not ours, or is long: shown when asked for, as it is. */
export const Verbatim = (props: { readonly name: string; readonly text: string }) => (
  <details>
    <summary>{props.name}</summary>
    <pre>{props.text}</pre>
  </details>
);

type GridProps = {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** Columns of text, which stand left; the rest are numbers. */
  readonly texts: number;
  readonly marked?: number;
};

/** A small table inside of a step. */
export const Grid = ({ label, head, rows, texts, marked }: GridProps) => (
  <table class="sums" aria-label={label}>
    <thead>
      <tr>
        {head.map((name, at) => (
          <th key={name} scope="col" class={at < texts ? 'text' : ''}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map((row, index) => (
        <tr key={index} class={index === marked ? 'is-binding' : ''}>
          {row.map((cell, at) => (
            <td key={at} class={at < texts ? 'text' : ''}>
              {cell}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);
