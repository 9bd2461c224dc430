import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons';

interface ComboboxProps {
  readonly attributes: JSX.HTMLAttributes<HTMLInputElement>;
  readonly text: string;
  readonly placeholder?: string | undefined;
  readonly options: readonly string[];
  /** Only the options can be chosen: what is typed filters, and is forgotten where nothing was picked. */
  readonly isClosed?: boolean;
  readonly disabled?: boolean | undefined;
  readonly inputMode?: JSX.HTMLAttributes<HTMLInputElement>['inputMode'];
  /** What was typed; where it is closed, only that everything was deleted. */
  readonly onText: (text: string) => void;
  readonly onPick: (index: number) => void;
  /** When the text is done: by leaving it, or with Enter. */
  readonly onDone?: (byEnter: boolean) => void;
}

const MOST_SHOWN = 100;

/** A text field with a list under it (the combobox pattern of the ARIA practices). */
export function Combobox(props: ComboboxProps) {
  const { attributes, text, options, isClosed = false, onText, onPick, onDone } = props;
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const list = useRef<HTMLDivElement>(null);
  const id = String(attributes.id);
  const shown = open ? matching(options, typed) : [];
  const close = () => {
    setOpen(false);
    setActive(-1);
    setTyped(undefined);
  };
  const show = () => {
    setOpen(true);
    setActive(isClosed ? options.indexOf(text) : -1);
  };
  const pick = (index: number) => {
    close();
    onPick(index);
  };
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [active]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && !event.altKey) {
      event.preventDefault();
      if (!open) show();
      else if (shown.length > 0) setActive(wrap(active === -1 && step < 0 ? 0 : active, step, shown.length));
    } else if (event.key === 'Escape' && open) {
      event.stopPropagation();
      close();
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      const chosen = shown[active] ?? (isClosed && shown.length === 1 ? shown[0] : undefined);
      if (open && chosen) pick(chosen.index);
      else onDone?.(true);
      event.preventDefault();
    }
  };
  return (
    <span class={isClosed ? 'combobox closed' : 'combobox'}>
      <input
        type="text"
        class="input"
        role="combobox"
        aria-expanded={open && shown.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown[active] && `${id}-option-${shown[active].index}`}
        autocomplete="off"
        spellcheck={false}
        {...attributes}
        inputMode={props.inputMode}
        disabled={props.disabled}
        placeholder={props.placeholder}
        value={typed !== undefined && isClosed ? typed : text}
        onInput={(event) => {
          const value = event.currentTarget.value;
          setTyped(value);
          setOpen(true);
          setActive(isClosed && value !== '' ? 0 : -1);
          if (!isClosed || value === '') onText(value);
        }}
        onKeyDown={onKeyDown}
        onPointerDown={() => (open ? close() : isClosed && show())}
        onBlur={() => {
          close();
          onDone?.(false);
        }}
      />
      <span
        class="combobox-arrow"
        aria-hidden="true"
        onPointerDown={(event) => {
          event.preventDefault();
          document.getElementById(id)?.focus();
          if (open) close();
          else if (!props.disabled) show();
        }}
      >
        <Icon name="chevron" />
      </span>
      {open && shown.length > 0 && (
        <div class="options" role="listbox" id={`${id}-list`} aria-label="Suggestions" ref={list}>
          {shown.map(({ index, label }, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the text field, which keeps the focus
            // biome-ignore lint/a11y/useFocusableInteractive: as above
            <div
              key={index}
              id={`${id}-option-${index}`}
              role="option"
              aria-selected={place === active}
              class="option"
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pick(index)}
            >
              {label}
            </div>
          ))}
        </div>
      )}
    </span>
  );
}

function matching(options: readonly string[], typed: string | undefined): { index: number; label: string }[] {
  const wanted = typed?.trim().toLowerCase() ?? '';
  const found: { index: number; label: string }[] = [];
  for (let index = 0; index < options.length && found.length < MOST_SHOWN; index++) {
    const label = options[index] ?? '';
    if (label.toLowerCase().includes(wanted)) found.push({ index, label });
  }
  return found;
}

function wrap(at: number, step: number, length: number): number {
  return (at + step + length) % length;
}
