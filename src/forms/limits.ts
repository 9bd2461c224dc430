/** Bounds that keep a hostile schema or value from freezing the window. Beyond them a part becomes a JSON box. */
export const LIMITS = {
  /** Levels of a schema that are read at all; fields are made on demand, so that depth alone costs nothing. */
  schemaDepth: 2_000,
  /** Members of a schema that are read at all. */
  schemaMembers: 200_000,
  /** Levels of the field tree. */
  fieldDepth: 24,
  /** Fields that one form makes, those of absent parts included once somebody looks at them. */
  fields: 5_000,
  /** Fields that one change makes at most, those included that conditions take away again. */
  fieldsPerChange: 5_000,
  propertiesPerObject: 500,
  /** Items of an array, and members of a value that is drawn as an object. */
  itemsPerArray: 500,
  /** Items that a fresh array starts with at most. */
  initialItems: 5,
  /** Levels of a default that is taken over. */
  defaultDepth: 100,
  /** Readings of the conditions of one object until they agree with the value. */
  rounds: 3,
  enumOptions: 2_000,
  /** Schemas that together say what one field is: through `$ref`, `allOf`, conditions and chosen variants. */
  steps: 200,
  /** Choices above one field, and options of one of them. */
  pickers: 8,
  variants: 100,
  /** Characters of a title, a description, an option. */
  text: 4_000,
} as const;

/** What arguments may hold, wherever they are read, drawn, kept or sent. */
export const ARGUMENT_LIMITS = { depth: 400, members: 500_000 } as const;

/** What is said of arguments that hold more. */
export const BEYOND_ARGUMENT_LIMITS =
  'The arguments are nested deeper than 400 levels or hold more than 500,000 values.';

export function fitsArguments(value: unknown): boolean {
  return isWithin(value, ARGUMENT_LIMITS.depth, ARGUMENT_LIMITS.members);
}

/** Whether a schema or value is small enough to be validated, and to be handed to another thread. */
export function isCheckable(data: unknown): boolean {
  return isWithin(data, 450, 500_000);
}

/** Whether the data stays within the bounds. Reads it without recursion, so that depth cannot hurt. */
export function isWithin(data: unknown, maxDepth: number, maxMembers: number): boolean {
  let level: unknown[] = [data];
  let members = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return false;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      for (const member of Object.values(item)) {
        if (++members > maxMembers) return false;
        if (typeof member === 'object' && member !== null) next.push(member);
      }
    }
    level = next;
  }
  return true;
}

/** Text of a server, cut to a bound. */
export function boundedText(value: unknown, max: number = LIMITS.text): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.length > max ? `${value.slice(0, max - 1)}…` : value;
}
