import type { ComponentChildren } from 'preact';

type PanelProps = {
  readonly id: string;
  readonly title: string;
  /** Right of the title: a count, a filter. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
};

/** One part of the page, with its name. */
export function Panel({ id, title, aside, children }: PanelProps) {
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`}>
      <header class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside === undefined ? null : <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** There is nothing to show: why, and what to do. */
export const Empty = ({ children }: { readonly children: ComponentChildren }) => (
  <p class="empty">{children}</p>
);
