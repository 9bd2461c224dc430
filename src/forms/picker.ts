/** A choice between ways to write this part of the value: variants of a union, or types. */
export interface Picker {
  /** `variant`: `oneOf` and `anyOf`; `type`: several types, or any. */
  readonly by: 'variant' | 'type';
  readonly options: readonly PickerOption[];
  /** The place in `options` that the field follows; there always is one. */
  readonly chosen: number;
}

export interface PickerOption {
  readonly label: string;
  readonly description?: string;
}
