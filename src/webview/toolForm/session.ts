import { equalJson } from '../../forms/equalJson';
import type { FieldNode } from '../../forms/field';
import type { Form } from '../../forms/form';
import type { JsonObject } from '../../shared/json';
import type { HostMessage, JsonEditorView, ServerStateView, ToolView } from '../../shared/toolPanel';
import { Checks } from './checks';
import { copiedWords } from './copyFormats';
import { afterDrawing, type Editing, focusIds } from './editing';
import { EditorLink } from './editorLink';
import { EnteredArguments } from './enteredArguments';
import { focusAfterDrawing, focusStart } from './focusPlaces';
import type { Host } from './host';
import { Keeping } from './keeping';
import { type Problem, type Problems, textWithPath } from './problems';
import { type Replacement, replacementOf, startArguments, type Waiting } from './replaced';
import { RunList } from './runList';
import type { ShownProblems } from './shownProblems';
import { plural } from './text';
import { unreadTexts } from './unreadTexts';
import type { ValidatorClient } from './validatorClient';

const SAVE_DELAY_MS = 150;
const SCHEMA_CHANGED = 'The server changed what this tool asks for.';

/** Everything that the panel shows, and what can be done with it. Components draw it after each `onChange`. */
export class ToolSession {
  server: Extract<HostMessage, { type: 'init' }>['server'] = { id: '', name: '' };
  toolName = '';
  state: ServerStateView = { kind: 'disconnected', label: '' };
  /** For the live region. */
  announcement = '';
  started = false;
  readonly runs = new RunList();
  onChange: () => void = () => {};

  readonly entered = new EnteredArguments();
  readonly editing: Editing;
  readonly editor = new EditorLink();
  readonly #host: Host;
  readonly #checks: Checks;
  readonly #keeping: Keeping;
  readonly #newId: () => string;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #starting = false;
  #lastSent: string | undefined;
  /** What the form started with is nothing to tell the host. */
  #isUntouched = false;
  /** What the form is to start with once the tool is known. */
  #waiting: Waiting | undefined;

  constructor(host: Host, validator: ValidatorClient, newId: () => string) {
    this.#host = host;
    this.#keeping = new Keeping(host);
    this.#checks = new Checks(this.entered, validator, () => this.onChange());
    this.#newId = newId;
    const session = this;
    this.editing = {
      get form() {
        if (session.form === undefined) throw new Error('There is no form to edit.');
        return session.form;
      },
      folding: this.entered.folding,
      names: this.entered.names,
      isSecret: (field) => this.entered.isSecret(field),
      newId,
      change: (action, said) => this.#changed(action, said),
      announce: (text) => {
        this.announcement = text;
        this.onChange();
      },
    };
  }

  get tool(): ToolView | undefined {
    return this.entered.tool;
  }

  get form(): Form | undefined {
    return this.entered.form;
  }

  get problems(): Problems {
    return this.#checks.problems;
  }

  get shown(): ShownProblems {
    return this.#checks.shown;
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
        else this.#refresh(message.tool);
        break;
      case 'arguments':
        this.#bring(message.args, message.name);
        break;
      case 'jsonEditor':
        this.#followEditor(message);
        break;
      case 'copied':
        this.announcement = copiedWords(message.format);
        break;
      case 'callSaved':
        this.entered.savedAs = message.name;
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
    if (this.form === undefined) {
      const args = this.#waiting && startArguments(this.#waiting);
      this.#host.post({ type: 'editAsJson', ...(args && { args }) });
      return;
    }
    const args = await this.readArguments();
    if (args !== undefined) this.#host.post({ type: 'editAsJson', args });
  }

  /** Opens the editor with its text as it stands, which the form may not be able to follow. */
  openJson(): void {
    this.#host.post({ type: 'editAsJson' });
  }

  /** Back to the defaults of the schema. */
  reset(): void {
    this.#load(undefined, 'defaults');
    this.onChange();
  }

  /** Puts back what was in the form before other arguments came. */
  putBack(): void {
    if (!this.entered.putBack()) return;
    this.#checks.clear();
    this.announcement = 'What was in the form is back.';
    this.#later();
    this.onChange();
  }

  /** The arguments for another use than a run; undefined, and shown why, while they cannot be read. */
  async readArguments(): Promise<JsonObject | undefined> {
    const { args, problems } = await this.#checks.now();
    const unreadable = problems.list.filter(({ kind }) => kind === 'unreadable');
    if (unreadable.length === 0 && args !== undefined) return args;
    this.#refuse({ list: unreadable, notice: undefined });
    return undefined;
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
    const schema = this.tool?.inputSchema;
    try {
      const { args, problems: found } = await this.#checks.now();
      const isSame = equalJson(schema, this.tool?.inputSchema);
      const problems = isSame ? found : { ...found, notice: SCHEMA_CHANGED };
      const blocking = problems.list.filter(({ kind }) => kind === 'unreadable' || !options.anyway);
      if (blocking.length > 0 || args === undefined) {
        this.#refuse(problems, blocking[0]);
        return;
      }
      this.#checks.show(problems, false);
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
    if (field === undefined) return;
    this.#reveal(field);
    focusAfterDrawing(focusIds(field));
  }

  /** Keeps the arguments for hiding, and where none of them are secret for reloading and the next time. */
  save(): void {
    clearTimeout(this.#saveTimer);
    if (!this.started) return;
    const base = { server: this.server.id, tool: this.toolName };
    if (this.form === undefined || this.tool === undefined) {
      if (this.#waiting?.keep === undefined) this.#host.save(base);
      return;
    }
    this.#keeping.save({ ...base, ...this.entered.saved() }, this.tool.sensitive);
    this.#tell();
  }

  #tell(): void {
    const args = this.entered.value();
    if (args === undefined) return;
    const text = JSON.stringify(args);
    const { view, isBehind } = this.editor;
    if (isBehind || (!this.#isUntouched && text !== this.#lastSent)) {
      this.#host.post({ type: 'argsChanged', args, ...(view && { revision: view.revision }) });
    }
    this.editor.isBehind = false;
    this.#lastSent = text;
  }

  #followEditor(view: JsonEditorView): void {
    const waiting = this.#waiting;
    const typed = this.editor.follow(view, waiting ? startArguments(waiting) : this.entered.value());
    if (this.editor.isBehind) this.#tell();
    if (typed === undefined) return;
    if (waiting) this.#waiting = { ...waiting, args: typed };
    if (this.form === undefined) return;
    this.entered.fill(typed, unreadTexts(this.form));
    this.#checks.clear();
    this.#later();
    // The host knows them already.
    this.#lastSent = JSON.stringify(this.entered.value());
  }

  #start(message: Extract<HostMessage, { type: 'init' }>): void {
    this.server = message.server;
    this.toolName = message.toolName;
    this.state = message.state;
    this.runs.start(message);
    this.started = true;
    this.#waiting = { args: message.args, keep: this.#keeping.load(message), loaded: message.loaded };
    this.#begin(message.tool);
  }

  /** Opens the form with what the host, else the webview itself, kept for it; until the tool is known that waits. */
  #begin(tool: ToolView | undefined): void {
    const waiting = this.#waiting;
    const { args, keep, loaded } = waiting ?? {};
    if (waiting !== undefined && tool !== undefined) {
      this.#waiting = undefined;
      this.entered.begin(tool, waiting);
      this.#checks.clear();
      if ((args ?? keep?.args) !== undefined) this.#later();
      this.#isUntouched = true;
    }
    const isFresh = loaded !== undefined || (args ?? keep?.args) === undefined;
    clearTimeout(this.#saveTimer);
    // When the form can be used already.
    this.#saveTimer = setTimeout(() => {
      if (this.#isUntouched && isFresh) this.entered.replaced.settle(this.entered.snapshot());
      this.save();
    });
    // The drawing itself is asked for once this message is read.
    afterDrawing(() => afterDrawing(() => focusStart(this.form)));
  }

  /** Another form only where the tool asks for something else. */
  #refresh(tool: ToolView | undefined): void {
    const value = this.form?.value();
    if (!this.entered.offer(tool)) return;
    this.#checks.clear();
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
    this.entered.load(args, by);
    this.#checks.clear();
    this.#later();
  }

  #changed(action: () => void, said: string | undefined): void {
    action();
    if (said !== undefined) this.announcement = said;
    this.#later();
    this.onChange();
  }

  /** Checks and saves once the typing pauses. */
  #later(): void {
    this.#isUntouched = false;
    this.#checks.later();
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.save(), SAVE_DELAY_MS);
  }

  /** Draws all of the form, with everything around the field open. */
  #reveal(field: FieldNode): void {
    this.editing.folding.reveal(field);
    this.#checks.drawWhole();
    this.onChange();
  }

  #refuse(problems: Problems, first = problems.list[0]): void {
    this.#checks.show(problems, true);
    const count = plural(problems.list.length, 'problem');
    const change = problems.notice === SCHEMA_CHANGED ? `${SCHEMA_CHANGED} ` : '';
    this.announcement = `${change}${count}: ${first ? textWithPath(first) : ''}`;
    this.onChange();
    this.focusProblem(first);
  }
}
