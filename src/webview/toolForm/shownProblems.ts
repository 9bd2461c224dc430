/** One thing that is wrong with the arguments, at the field that can change it. */
export interface Problem {
  readonly pointer: string;
  /** The field in words, "Edits › Item 1 › Old text"; absent where it is about the text as a whole. */
  readonly path?: string;
  /** The place in the value of the field, where that is a JSON box. */
  readonly inside?: string;
  readonly message: string;
  readonly kind: 'missing' | 'unreadable' | 'invalid';
}

export interface Problems {
  readonly list: readonly Problem[];
  /** Why the schema says nothing, or not everything, about the arguments. */
  readonly notice: string | undefined;
}

/** Problems by the pointer of their field. Replaced, never changed. */
export interface ShownProblems {
  readonly byPointer: ReadonlyMap<string, readonly Problem[]>;
  /** Whether missing values are shown at fields that nobody has touched: after an attempt to run. */
  readonly all: boolean;
  /** The drawing in which what is shown at a field, or at one in it, last became another; by the pointer of the field. */
  readonly changedIn: ReadonlyMap<string, number>;
  readonly drawing: number;
  /** The last drawing of all fields, whether they changed or not. */
  readonly wholeIn: number;
}

export const NOTHING_SHOWN: ShownProblems = {
  byPointer: new Map(),
  all: false,
  changedIn: new Map(),
  drawing: 0,
  wholeIn: 0,
};

/** What is shown next. Only fields with other problems than before, and the groups around them, count as changed. */
export function showing({ list }: Problems, all: boolean, before: ShownProblems): ShownProblems {
  const byPointer = new Map<string, Problem[]>();
  for (const problem of list) {
    const same = byPointer.get(problem.pointer);
    if (same) same.push(problem);
    else byPointer.set(problem.pointer, [problem]);
  }
  const drawing = before.drawing + 1;
  const changedIn = new Map(before.changedIn);
  for (const pointer of new Set([...before.byPointer.keys(), ...byPointer.keys()])) {
    const last = before.byPointer.get(pointer) ?? [];
    const next = byPointer.get(pointer) ?? [];
    const isOther = JSON.stringify(last) !== JSON.stringify(next);
    if (isOther || (all !== before.all && next.some(({ kind }) => kind === 'missing'))) {
      for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
        changedIn.set(pointer.slice(0, end), drawing);
      }
      changedIn.set('', drawing);
    }
  }
  return { byPointer, all, changedIn, drawing, wholeIn: before.wholeIn };
}

/** The same problems, with every field drawn again. */
export function drawnWhole(shown: ShownProblems): ShownProblems {
  const drawing = shown.drawing + 1;
  return { ...shown, drawing, wholeIn: drawing };
}

/** Whether the field at the pointer, or one in it, shows the same problems in both. */
export function showsSame(pointer: string, a: ShownProblems, b: ShownProblems): boolean {
  return a === b || (a.wholeIn === b.wholeIn && a.changedIn.get(pointer) === b.changedIn.get(pointer));
}
