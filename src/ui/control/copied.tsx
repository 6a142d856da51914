import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';

type CopiedProps = {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly isClosed?: boolean;
};

/** A text with a button that copies it. Where the browser has no clipboard for the page, it selects the text. */
export function Copied({ id, title, text, isClosed = false }: CopiedProps) {
  const said = useSignal('');
  const box = useRef<HTMLPreElement>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = 'copied';
    } catch {
      const range = document.createRange();
      if (box.current !== null) range.selectNodeContents(box.current);
      getSelection()?.removeAllRanges();
      getSelection()?.addRange(range);
      said.value = 'selected: copy it with the keyboard';
    }
  };
  return (
    <section class="copied" aria-labelledby={`${id}-title`}>
      <header>
        <h3 id={`${id}-title`}>{title}</h3>
        <span class="soft" role="status">
          {said.value}
        </span>
        <button
          type="button"
          disabled={isClosed}
          onClick={() => void copy()}
          aria-label={`Copy ${title}`}
        >
          Copy
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre id={id} ref={box} tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}
