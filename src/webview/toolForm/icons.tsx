const PATHS = {
  add: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  up: 'M8 13V3.5M4 7l4-4 4 4',
  down: 'M8 3v9.5M4 9l4 4 4-4',
  chevron: 'M4 6l4 4 4-4',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  openEditor: 'M9 2.5h4.5V7M13.5 2.5L8 8M6.5 3.5h-4v10h10v-4',
  again: 'M13 8a5 5 0 11-1.5-3.6M13 2.5v3h-3',
  save: 'M8 2.5v7.5M4.5 6.8L8 10l3.5-3.2M2.5 13.5h11',
  check: 'M3 8.5l3.2 3L13 4.5',
  warning: 'M8 2.5l6 11H2zM8 7v3M8 11.6v.4',
  error: 'M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8',
  refresh: 'M13 4.5V8H9.5M12.6 8A5 5 0 103.4 10.5M3.4 10.5',
  show: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 100 3.6 1.8 1.8 0 000-3.6z',
  hide: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM3 13L13 3',
  calendar: 'M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.5V5M10.5 2.5V5',
  bookmark: 'M4.5 2.5h7v11L8 10.4l-3.5 3.1z',
  run: 'M5 3.2l7.5 4.8L5 12.8z',
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.5M9.2 7v3.5',
  question: 'M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8zM6.1 6.3a1.9 1.9 0 113.1 1.5C8.4 8.4 8 8.8 8 9.6M8 11.4v.4',
  edit: 'M3 13l.8-3L11 2.8 13.2 5 6 12.2z',
} as const;

export type IconName = keyof typeof PATHS;

/** A 16 px line icon in the colour of the text around it. Always decoration: the words are beside it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.2"
        stroke-linejoin="round"
        stroke-linecap="round"
      />
    </svg>
  );
}
