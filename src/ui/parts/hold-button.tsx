import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { limits } from '../../limits.js';
import { after } from '../clock.js';

type HoldButtonProps = {
  readonly title: string;
  readonly isOff: boolean;
  readonly onHeld: () => void;
  readonly children: ComponentChildren;
};

const holds = (key: string): boolean => key === ' ' || key === 'Enter';

/** Acts once it was held for a second, by pointer or by key: neither a slip nor a dialog. */
export function HoldButton({ title, isOff, onHeld, children }: HoldButtonProps) {
  const [isHeld, setHeld] = useState(false);
  const callOff = useRef<() => void>(() => undefined);
  const release = () => {
    callOff.current();
    setHeld(false);
  };
  const press = () => {
    if (isOff) return;
    callOff.current();
    setHeld(true);
    callOff.current = after(limits.pageHoldMs, () => {
      setHeld(false);
      onHeld();
    });
  };
  useEffect(() => () => callOff.current(), []);
  return (
    <button
      type="button"
      class={`hold${isHeld ? ' is-held' : ''}`}
      title={title}
      disabled={isOff}
      style={{ '--hold': `${limits.pageHoldMs}ms` }}
      onPointerDown={(event) => {
        if (event.button === 0) press();
      }}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onBlur={release}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!holds(event.key)) return;
        event.preventDefault();
        if (!event.repeat) press();
      }}
      onKeyUp={(event) => {
        if (holds(event.key)) release();
      }}
    >
      <span>{children}</span>
    </button>
  );
}
