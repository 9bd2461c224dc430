import { equalJson } from '../../forms/equalJson';
import type { FieldNode } from '../../forms/field';
import { createForm, type Form } from '../../forms/form';
import { formatJson, type JsonParse, parseJsonText } from '../../forms/jsonText';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { HostMessage, JsonEditorView, ServerStateView, ToolView } from '../../shared/toolPanel';
import { afterDrawing, type Editing, focusIds } from './editing';
import { EditorLink } from './editorLink';
import { focusAfterDrawing, focusStart, JSON_CONTROL_ID } from './focusPlaces';
import { Folding } from './folding';
import type { Host, Mode, SavedState } from './host';
import { NameDrafts } from './nameDrafts';
import {
  allProblems,
  localProblems,
  NO_PROBLEMS,
  type Problem,
  type Problems,
  sameProblems,
  textWithPath,
} from './problems';
import { type Entered, Replaced, type Replacement, replacementOf, type Waiting } from './replaced';
import { RunList } from './runList';
import { drawnWhole, NOTHING_SHOWN, type ShownProblems, showing } from './shownProblems';
import { plural } from './text';
import { restoreTexts, unreadTexts } from './unreadTexts';
import type { Checked, ValidatorClient } from './validatorClient';

const CHECK_DELAY_MS = 150;
const SAVE_DELAY_MS = 150;

/** Everything that the panel shows, and what can be done with it. Components draw it after each `onChange`. */
export class ToolSession {
  server: Extract<HostMessage, { type: 'init' }>['server'] = { id: '', name: '' };
  toolName = '';
  state: ServerStateView = { kind: 'disconnected', label: '' };
  /** The tool as last seen; kept when the server stops offering it, so that nothing typed is lost. */
  tool: ToolView | undefined;
  toolGone = false;
  form: Form | undefined;
  mode: Mode = 'form';
  jsonText = '';
  problems: Problems = NO_PROBLEMS;
  shown: ShownProblems = NOTHING_SHOWN;
  /** For the live region. */
  announcement = '';
  started = false;
  readonly replaced = new Replaced();
  readonly runs = new RunList();
  /** Name of the saved call that the form was filled from, or saved as. */
  savedAs: string | undefined;
  onChange: () => void = () => {};

  readonly editing: Editing;
  readonly editor = new EditorLink();
  readonly #host: Host;
  readonly #validator: ValidatorClient;
  readonly #newId: () => string;
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #version = 0;
  #starting = false;
  #lastSent: string | undefined;
  /** What the form started with is nothing to tell the host. */
  #isUntouched = false;
  /** The arguments when they could last be read. */
  #readable: JsonObject | undefined;
  /** What the form is to start with once the tool is known. */
  #waiting: Waiting | undefined;

  constructor(host: Host, validator: ValidatorClient, newId: () => string) {
    this.#host = host;
    this.#validator = validator;
    this.#newId = newId;
    const session = this;
    this.editing = {
      get form() {
        if (session.form === undefined) throw new Error('There is no form to edit.');
        return session.form;
      },
      folding: new Folding(),
      names: new NameDrafts(),
      newId,
      change: (action, said) => this.#changed(action, said),
      announce: (text) => {
        this.announcement = text;
        this.onChange();
      },
    };
  }

  receive(message: HostMessage): void {
    switch (message.type) {
      case 'init':
        this.#start(message);
        break;
      case 'serverState':
        this.state = message.state;
        break;
      case 'tool':
        if (this.#waiting !== undefined) this.#begin(message.tool);
        else this.#setTool(message.tool, this.form?.value(), this.form && unreadTexts(this.form));
        break;
      case 'arguments':
        this.#bring(message.args, message.name);
        break;
      case 'jsonEditor':
        this.#followEditor(message);
        break;
      case 'callSaved':
        this.savedAs = message.name;
        this.announcement = `Saved as “${message.name}”.`;
        break;
      case 'started':
      case 'progress':
      case 'finished':
        this.announcement = this.runs.receive(message, this.toolName) ?? this.announcement;
        break;
    }
    this.onChange();
  }

  /** Opens the arguments in an editor of the window; shows what cannot be read yet, which would not be in it. */
  async editAsJson(): Promise<void> {
    const args = await this.readArguments();
    if (args !== undefined) this.#host.post({ type: 'editAsJson', args });
  }

  setJsonText(text: string): void {
    this.jsonText = text;
    this.#later();
    this.onChange();
  }

  /** Stays where it is, with a problem shown, while the text on one side cannot be read. */
  setMode(mode: Mode): void {
    if (mode === this.mode || this.form === undefined) return;
    if (mode === 'json') {
      const unreadable = localProblems(this.form, this.editing.names).filter(({ kind }) => kind === 'unreadable');
      if (unreadable.length > 0) {
        this.#refuse({ list: unreadable, notice: undefined });
        return;
      }
      this.jsonText = formatJson(this.form.value() ?? {});
    } else {
      const parsed = this.#parsedJson();
      if (!parsed.ok) {
        this.#refuse({ list: [{ pointer: '', kind: 'unreadable', message: parsed.message }], notice: undefined });
        return;
      }
      this.form = createForm(this.tool?.inputSchema, parsed.value);
      this.#forget();
    }
    this.mode = mode;
    this.#show(NO_PROBLEMS, false);
    this.#later();
    this.onChange();
  }

  /** Back to the defaults of the schema. */
  reset(): void {
    this.#load(undefined, 'defaults');
    this.onChange();
  }

  /** Puts back what was in the form before other arguments came. */
  putBack(): void {
    const entered = this.replaced.take();
    if (entered === undefined || this.tool === undefined) return;
    this.#setTool(this.tool, entered.args, entered.texts);
    this.mode = entered.mode ?? 'form';
    this.jsonText = entered.jsonText ?? formatJson(this.form?.value() ?? {});
    this.savedAs = undefined;
    this.announcement = 'What was in the form is back.';
    this.#later();
    this.onChange();
  }

  /** The arguments for another use than a run; undefined, and shown why, while they cannot be read. */
  async readArguments(): Promise<JsonObject | undefined> {
    const unreadable = (await this.#check()).list.filter(({ kind }) => kind === 'unreadable');
    const args = unreadable.length === 0 ? this.#arguments() : undefined;
    if (args === undefined) this.#refuse({ list: unreadable, notice: undefined });
    return args;
  }

  connect(): void {
    this.#host.post({ type: 'connect' });
  }

  cancel(): void {
    for (const { id } of this.runs.running) this.#host.post({ type: 'cancel', id });
  }

  /** Checks and runs; with problems it shows them and focuses the first one. `anyway` sends what can be sent. */
  async run(options: { readonly anyway?: boolean } = {}): Promise<void> {
    if (this.runs.running.length > 0 || this.#starting || this.form === undefined) return;
    this.#starting = true;
    try {
      clearTimeout(this.#checkTimer);
      const problems = await this.#check();
      const blocking = problems.list.filter(({ kind }) => kind === 'unreadable' || !options.anyway);
      const args = this.#arguments();
      if (blocking.length > 0 || args === undefined) {
        this.#refuse(problems, blocking[0]);
        return;
      }
      this.#show(problems, false);
      this.save();
      const id = this.#newId();
      this.#host.post({ type: 'run', id, args });
    } finally {
      this.#starting = false;
    }
    this.onChange();
  }

  /** Focuses what can change the first problem, or the given one. */
  focusProblem(problem: Problem | undefined = this.problems.list[0]): void {
    const field = problem && this.form?.find(problem.pointer);
    if (field && this.mode === 'form') this.#reveal(field);
    focusAfterDrawing(this.mode === 'json' ? [JSON_CONTROL_ID] : field ? focusIds(field) : []);
  }

  /** Keeps the arguments for hiding, reloading and the next time; nothing where some of them are secret. */
  save(): void {
    clearTimeout(this.#saveTimer);
    if (!this.started) return;
    const base = { server: this.server.id, tool: this.toolName, mode: this.mode };
    if (this.form === undefined || this.tool === undefined || this.tool.sensitive) {
      this.#host.save(this.#waiting?.keep ?? base);
      if (this.editor.view?.open) this.#tell();
      return;
    }
    this.#readable = this.#arguments() ?? this.#readable;
    this.#host.save({ ...base, ...this.#entered(), ...this.replaced.saved(), savedAs: this.savedAs });
    this.#tell();
  }

  #tell(): void {
    const args = this.#arguments();
    if (args === undefined) return;
    const text = JSON.stringify(args);
    const { revision } = this.editor.view ?? {};
    if (!this.#isUntouched && text !== this.#lastSent) {
      this.#host.post({ type: 'argsChanged', args, ...(revision !== undefined && { revision }) });
    }
    this.#lastSent = text;
  }

  #followEditor(view: JsonEditorView): void {
    const { take, tell } = this.editor.follow(view, this.#arguments());
    if (tell) {
      this.#isUntouched = false;
      this.#lastSent = undefined;
      this.#tell();
    }
    if (take === undefined || this.form === undefined) return;
    this.#setTool(this.tool, take, unreadTexts(this.form));
    this.jsonText = formatJson(take);
    // The host knows them already.
    this.#lastSent = JSON.stringify(this.#arguments());
  }

  #start(message: Extract<HostMessage, { type: 'init' }>): void {
    const saved = this.#host.load();
    this.server = message.server;
    this.toolName = message.toolName;
    this.state = message.state;
    this.runs.start(message);
    this.started = true;
    const keep = saved?.server === message.server.id && saved.tool === message.toolName ? saved : undefined;
    this.#waiting = { args: message.args, keep, loaded: message.loaded };
    this.#begin(message.tool);
  }

  /** Opens the form with what the host, else the webview itself, kept for it; until the tool is known that waits. */
  #begin(tool: ToolView | undefined): void {
    const waiting = this.#waiting;
    const { args, keep, loaded } = waiting ?? {};
    if (waiting !== undefined && tool !== undefined) {
      this.#waiting = undefined;
      if (keep?.replaced) this.replaced.keep(keep.replaced, keep.replacedBy ?? 'arguments');
      // What cannot be read yet is only here; it belongs to the arguments that could last be read.
      const isCurrent = keep !== undefined && (args === undefined || equalJson(args, keep.args));
      if (loaded && !isCurrent) this.replaced.keepBefore(waiting, replacementOf(loaded.name));
      this.savedAs = loaded ? loaded.name : keep?.savedAs;
      this.#setTool(tool, args ?? keep?.args, isCurrent ? keep.texts : undefined);
      this.#readable = args ?? (isObject(keep?.args) ? keep.args : undefined);
      if (keep?.mode === 'json' && this.form) {
        this.mode = 'json';
        this.jsonText = (isCurrent ? keep.jsonText : undefined) ?? formatJson(this.form.value() ?? {});
      }
      this.#isUntouched = true;
    }
    const isFresh = loaded !== undefined || (args ?? keep?.args) === undefined;
    clearTimeout(this.#saveTimer);
    // When the form can be used already.
    this.#saveTimer = setTimeout(() => {
      if (this.#isUntouched && isFresh) this.replaced.settle(this.#entered());
      this.save();
    });
    // The drawing itself is asked for once this message is read.
    afterDrawing(() => afterDrawing(() => focusStart(this.form, this.mode)));
  }

  #setTool(tool: ToolView | undefined, value: JsonValue | undefined, texts: SavedState['texts']): void {
    this.toolGone = tool === undefined && this.tool !== undefined;
    if (tool === undefined) return;
    this.tool = tool;
    this.form = createForm(tool.inputSchema, value);
    this.#forget();
    if (texts !== undefined) restoreTexts(this.form, texts);
    this.#show(NO_PROBLEMS, false);
    if (value !== undefined) this.#later();
  }

  /** Takes over arguments from elsewhere; `name`: of the saved call that they are of. */
  #bring(args: JsonObject, name: string | undefined): void {
    if (this.#waiting !== undefined)
      this.#waiting = { ...this.#waiting, args, loaded: name === undefined ? {} : { name } };
    if (name !== undefined) this.announcement = `“${name}” is in the form.`;
    this.#load(args, replacementOf(name));
  }

  #load(args: JsonObject | undefined, by: Replacement): void {
    if (this.tool === undefined) return;
    this.replaced.keep(this.#entered(), by);
    this.savedAs = typeof by === 'object' ? by.name : undefined;
    this.form = createForm(this.tool.inputSchema, args);
    this.#forget();
    this.jsonText = formatJson(this.form.value() ?? {});
    this.#readable = args;
    this.replaced.settle(this.#entered());
    this.#show(NO_PROBLEMS, false);
    this.#later();
  }

  /** What is in the form now, whether it can be read or not. */
  #entered(): Entered {
    const args = this.#arguments() ?? this.#readable;
    const texts = this.mode === 'form' && this.form ? unreadTexts(this.form) : undefined;
    return {
      mode: this.mode,
      ...(args && { args }),
      ...(this.mode === 'json' && { jsonText: this.jsonText }),
      ...(texts && { texts }),
    };
  }

  #changed(action: () => void, said: string | undefined): void {
    action();
    if (said !== undefined) this.announcement = said;
    this.#later();
    this.onChange();
  }

  /** Checks and saves once the typing pauses. */
  #later(): void {
    this.#version++;
    this.#isUntouched = false;
    clearTimeout(this.#checkTimer);
    this.#checkTimer = setTimeout(() => void this.#check(), CHECK_DELAY_MS);
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.save(), SAVE_DELAY_MS);
  }

  async #check(): Promise<Problems> {
    const version = ++this.#version;
    const { form, tool } = this;
    if (form === undefined || tool === undefined) return NO_PROBLEMS;
    const args = this.#arguments();
    const checked = args === undefined ? undefined : await this.#validator.check(tool.inputSchema, args);
    const problems =
      this.mode === 'json' ? this.#jsonProblems(checked) : allProblems(form, checked, this.editing.names);
    // Something was typed in between: that has a check of its own.
    if (version === this.#version) {
      this.#show(problems, this.shown.all && problems.list.length > 0);
      this.onChange();
    }
    return problems;
  }

  #jsonProblems(checked: Checked | undefined): Problems {
    const parsed = this.#parsedJson();
    if (!parsed.ok) return { list: [{ pointer: '', kind: 'unreadable', message: parsed.message }], notice: undefined };
    // The same words for the same places as in the form.
    return allProblems(createForm(this.tool?.inputSchema, parsed.value), checked);
  }

  /** The arguments as they would be sent; undefined while they are not a readable object. */
  #arguments(): JsonObject | undefined {
    const parsed = this.mode === 'json' ? this.#parsedJson() : undefined;
    const value = parsed === undefined ? this.form?.value() : parsed.ok ? parsed.value : undefined;
    return isObject(value) ? value : undefined;
  }

  #parsedJson(): JsonParse {
    const parsed = parseJsonText(this.jsonText.trim() === '' ? '{}' : this.jsonText);
    if (!parsed.ok || isObject(parsed.value)) return parsed;
    return { ok: false, message: 'The arguments must be an object: { … }', line: 1, column: 1, offset: 0 };
  }

  /** What was open and half typed belongs to a form that is gone. */
  #forget(): void {
    this.editing.folding.clear();
    this.editing.names.clear();
  }

  /** Draws all of the form, with everything around the field open. */
  #reveal(field: FieldNode): void {
    this.editing.folding.reveal(field);
    this.shown = drawnWhole(this.shown);
    this.onChange();
  }

  #refuse(problems: Problems, first = problems.list[0]): void {
    this.#show(problems, true);
    this.announcement = `${plural(problems.list.length, 'problem')}: ${first ? textWithPath(first) : ''}`;
    this.onChange();
    this.focusProblem(first);
  }

  #show(problems: Problems, all: boolean): void {
    if (sameProblems(problems, this.problems) && all === this.shown.all) return;
    this.problems = problems;
    this.shown = showing(problems, all, this.shown);
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
