const PATHS = {
  add: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  up: 'M8 13V3.5M4 7l4-4 4 4',
  down: 'M8 3v9.5M4 9l4 4 4-4',
  chevron: 'M4 6l4 4 4-4',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  openEditor: 'M9 2.5h4.5V7M13.5 2.5L8 8M6.5 3.5h-4v10h10v-4',
  check: 'M3 8.5l3.2 3L13 4.5',
  warning: 'M8 2.5l6 11H2zM8 7v3M8 11.6v.4',
  error: 'M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8',
} as const;

/** A 16 px line icon in the colour of the text around it. Always decoration: the words are beside it. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
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
