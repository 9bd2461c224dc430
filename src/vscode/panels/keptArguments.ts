import type * as vscode from 'vscode';
import { fitsArguments } from '../../forms/limits';
import type { JsonObject } from '../../shared/json';
import { SeenSecrets } from './secretArguments';
import type { ToolTarget } from './toolTarget';

const MAX_REMEMBERED_CHARACTERS = 64 * 1024;

/**
 * The last arguments of each tool, and the text of its JSON editor. They are kept in the workspace, over restarts; what holds
 * secrets or is long is held in memory only, until `letGo`, and takes the place of what was kept before.
 */
export class KeptArguments {
  readonly #memento: vscode.Memento;
  readonly #held = new Map<string, unknown>();
  readonly #secrets = new Map<string, SeenSecrets>();
  readonly #called = new Map<string, JsonObject>();

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  /** What was seen to be secret; `schema`: that of the tool, where it is known now. */
  secrets(target: ToolTarget, schema?: unknown): SeenSecrets {
    const key = argumentsKey(target);
    const seen = this.#secrets.get(key) ?? new SeenSecrets();
    this.#secrets.set(key, seen);
    return seen.see(schema);
  }

  remember(target: ToolTarget, args: JsonObject): void {
    const isKept = JSON.stringify(args).length <= MAX_REMEMBERED_CHARACTERS && !this.secrets(target).isIn(args);
    this.#put(argumentsKey(target), args, isKept);
  }

  arguments(target: ToolTarget): JsonObject | undefined {
    return boundedArguments(this.#get(argumentsKey(target)));
  }

  /** `args`: what the text says; undefined while it cannot be read. */
  rememberText(target: ToolTarget, text: string, args: JsonObject | undefined): void {
    const secrets = this.secrets(target);
    const isSecret = args ? secrets.isIn(args) : secrets.mayBeInText(text);
    this.#put(textKey(target), text, text.length <= MAX_REMEMBERED_CHARACTERS && !isSecret);
  }

  text(target: ToolTarget): string | undefined {
    const text = this.#get(textKey(target));
    return typeof text === 'string' ? text : undefined;
  }

  forgetText(target: ToolTarget): void {
    this.#put(textKey(target), undefined, true);
  }

  /** The arguments of a call, secrets included. */
  called(target: ToolTarget, args: JsonObject): void {
    this.#called.set(argumentsKey(target), args);
  }

  lastCalled(target: ToolTarget): JsonObject | undefined {
    return this.#called.get(argumentsKey(target));
  }

  /** Nobody has the tool open any more: nothing of it stays in memory. */
  letGo(target: ToolTarget): void {
    for (const key of [argumentsKey(target), textKey(target)]) this.#held.delete(key);
    this.#secrets.delete(argumentsKey(target));
    this.#called.delete(argumentsKey(target));
  }

  #get(key: string): unknown {
    return this.#held.get(key) ?? this.#memento.get<unknown>(key);
  }

  #put(key: string, value: unknown, isKept: boolean): void {
    if (isKept) this.#held.delete(key);
    else this.#held.set(key, value);
    void this.#memento.update(key, isKept ? value : undefined);
  }
}

/** Arguments that a form can hold: a bounded object. */
export function boundedArguments(args: unknown): JsonObject | undefined {
  const isObject = typeof args === 'object' && args !== null && !Array.isArray(args);
  return isObject && fitsArguments(args) ? (args as JsonObject) : undefined;
}

function argumentsKey({ server, tool }: ToolTarget): string {
  return `patchbay.arguments:${JSON.stringify([server, tool])}`;
}

/** The text of the JSON editor while it is open or cannot be read, for a reload of the window. */
function textKey({ server, tool }: ToolTarget): string {
  return `patchbay.argumentsText:${JSON.stringify([server, tool])}`;
}
