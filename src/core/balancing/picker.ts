/** A member that may get the next call: connected and well at this moment. */
export interface Candidate {
  readonly id: string;
  /** More than 0. */
  readonly weight: number;
  /** Calls that it has not answered yet. */
  readonly inFlight: number;
}

/**
 * Who gets the next call. The candidates are those of this moment: they may come and go, and stand in another order, from
 * one question to the next. Of those that stay, none is passed over for ever.
 */
export interface Picker {
  /** The id of one of the candidates; undefined where there is none. */
  pick(candidates: readonly Candidate[]): string | undefined;
}
