import type { JsonValue } from '../shared/json';
import { hintsOf } from './hints';
import { boundedText, LIMITS } from './limits';
import type { Picker } from './picker';
import { ownMember } from './pointer';
import type { EnumOption, Shape } from './shape';

/** What a field tells about itself: all of it read from the shape that its schema has at the moment. */
export abstract class DescribedField {
  abstract get shape(): Shape;

  /** Title, else property name; the name of an entry; empty for the root and for items without a title. */
  get label(): string {
    const label = this.ownLabel ?? boundedText(this.shape.facts.title, 200) ?? this.fallbackLabel;
    return boundedText(label, 200) ?? '';
  }

  protected abstract get ownLabel(): string | undefined;
  protected abstract get fallbackLabel(): string;

  get description(): string | undefined {
    return boundedText(this.shape.facts.description);
  }

  /** Constraints in words: "1 to 10", "at most 20 characters". */
  get hints(): readonly string[] {
    return hintsOf(this.shape.facts);
  }

  get nullable(): boolean {
    return this.shape.nullable;
  }

  /** The choices above the control, outer ones first; `kind` and `children` are those of what is chosen. */
  get pickers(): readonly Picker[] {
    return this.shape.pickers;
  }

  /** The schema allows any value here; the last picker offers the types, and JSON. */
  get isAny(): boolean {
    return this.shape.isAny;
  }

  /** For `enum`. */
  get options(): readonly EnumOption[] {
    return this.shape.kind === 'enum' ? this.shape.options : [];
  }

  /** For `const`. */
  get constant(): JsonValue | undefined {
    return this.shape.kind === 'const' ? this.shape.value : undefined;
  }

  get default(): JsonValue | undefined {
    return ownMember(this.shape.facts, 'default') as JsonValue | undefined;
  }

  get examples(): readonly JsonValue[] {
    const { examples } = this.shape.facts;
    return Array.isArray(examples) ? (examples as JsonValue[]).slice(0, 20) : [];
  }

  get format(): string | undefined {
    return boundedText(this.shape.facts.format, 60);
  }

  /** `base64` where a file can be picked (JSON Schema 2020-12 validation section 8.3). */
  get contentEncoding(): string | undefined {
    return boundedText(this.shape.facts.contentEncoding, 60);
  }

  get contentMediaType(): string | undefined {
    return boundedText(this.shape.facts.contentMediaType, 200);
  }

  get deprecated(): boolean {
    return this.shape.facts.deprecated === true;
  }

  /** The server sets it: shown, and sent only where a value came with it. */
  get readOnly(): boolean {
    return this.shape.facts.readOnly === true;
  }

  /** To be typed unseen. */
  get isSecret(): boolean {
    return this.format === 'password' || this.shape.facts.writeOnly === true;
  }

  /** For `array`; 0 for other kinds. */
  get maxItems(): number {
    return this.shape.kind === 'array' ? Math.min(this.shape.array.maxItems, LIMITS.itemsPerArray) : 0;
  }

  /** For an `object`: names that entries may have, where the schema lists them. */
  get entryNames(): readonly string[] {
    return this.shape.kind === 'object' ? this.shape.object.entryNames : [];
  }

  /** For an `object`: properties of the schema without a field, because there are too many. `addEntry` takes them by name. */
  get unlistedProperties(): number {
    return this.shape.kind === 'object' ? this.shape.object.unlisted : 0;
  }
}
