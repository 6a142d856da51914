import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

type DialogProps = {
  readonly kind: 'drawer' | 'help';
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
};

/** The browser's own dialog: it keeps the focus inside, closes on Escape, and gives the focus back. */
export function Dialog({ kind, title, onClose, children }: DialogProps) {
  const host = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    host.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={host}
      class={kind}
      aria-labelledby={`${kind}-title`}
      onClose={onClose}
      onClick={(event) => {
        // Outside of what it holds.
        if (event.target === host.current) onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={`${kind}-title`}>{title}</h2>
          <button type="button" onClick={onClose} title="Close (Esc)">
            Close
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
