import { Component, type ComponentChildren } from 'preact';
import { BooleanControl, EnumControl, FixedControl, JsonControl, NumberControl, TextControl } from './controls';
import { controlId, describedBy, type FieldProps, firstControlId, hintText, labelOf, problemsOf } from './editing';
import { Icon } from './icons';
import { textAtField } from './problems';

/** One field with its label, its explanation, its control and what is wrong with it. Drawn again only when it changed. */
export class FieldView extends Component<FieldProps> {
  override shouldComponentUpdate(next: FieldProps): boolean {
    return (
      next.field !== this.props.field ||
      next.revision !== this.props.revision ||
      next.shown !== this.props.shown ||
      next.editing !== this.props.editing
    );
  }

  render(props: FieldProps) {
    const { kind } = props.field;
    return kind === 'object' || kind === 'array' ? <GroupField {...props} /> : <SimpleField {...props} />;
  }
}

function SimpleField(props: FieldProps) {
  const { field } = props;
  const id = controlId(field);
  // A group of radio buttons has no single element to label.
  const label = <LabelText {...props} />;
  return (
    <div class={fieldClass(props)}>
      <div class="head">
        {field.kind === 'boolean' ? (
          <span class="label" id={`${id}-label`}>
            {label}
          </span>
        ) : (
          <label class="label" for={id}>
            {label}
          </label>
        )}
        <Hint field={field} />
        <Actions {...props} />
      </div>
      <About {...props} />
      {field.kind === 'json' && field.reason && <p class="about reason">{field.reason} Enter it as JSON.</p>}
      <Pickers {...props} />
      <Control {...props} />
      <ProblemText {...props} />
    </div>
  );
}

function Control(props: FieldProps) {
  switch (props.field.kind) {
    case 'string':
      return <TextControl {...props} />;
    case 'number':
    case 'integer':
      return <NumberControl {...props} />;
    case 'boolean':
      return <BooleanControl {...props} />;
    case 'enum':
      return <EnumControl {...props} />;
    case 'const':
    case 'null':
      return <FixedControl {...props} />;
    default:
      return <JsonControl {...props} />;
  }
}

/** The properties of an object or the items of an array, in a group of their own. */
function GroupField(props: FieldProps) {
  const { field, editing, shown } = props;
  const present = field.presence === 'value';
  const problems = problemsOf(field, shown);
  return (
    <fieldset class={`${fieldClass(props)} group`} aria-describedby={describedBy(field, problems)}>
      <legend class="head">
        <span class="label">
          <LabelText {...props} />
        </span>
        <Hint field={field} />
      </legend>
      <Actions {...props} />
      <About {...props} />
      <Pickers {...props} />
      {present && field.children.length > 0 && (
        <div class={field.kind === 'array' ? 'items' : 'members'}>
          <Fields fields={field.children} editing={editing} shown={shown} />
        </div>
      )}
      {field.kind === 'array' ? <AddItem {...props} /> : !present && <AddObject {...props} />}
      <ProblemText {...props} />
    </fieldset>
  );
}

export function Fields({
  fields,
  editing,
  shown,
}: Pick<FieldProps, 'editing' | 'shown'> & { fields: readonly FieldProps['field'][] }) {
  return (
    <>
      {fields.map((child) => (
        <FieldView key={child.id} field={child} revision={child.revision} editing={editing} shown={shown} />
      ))}
    </>
  );
}

/** The choices above a control: variants of a union, or types. */
function Pickers({ field, editing }: FieldProps) {
  return (
    <>
      {field.pickers.map(({ by, options, chosen }, place) => (
        <span key={`${by} ${options.length}`} class="select picker">
          <select
            class="input"
            aria-label={`${by === 'type' ? 'Type' : 'Variant'} of ${labelOf(field)}`}
            value={String(chosen)}
            onChange={(event) => {
              const option = Number(event.currentTarget.value);
              editing.change(() => editing.form.pick(field, place, option));
            }}
          >
            {options.map(({ label }, index) => (
              <option key={label} value={String(index)}>
                {label}
              </option>
            ))}
          </select>
        </span>
      ))}
    </>
  );
}

function AddItem({ field, editing }: FieldProps) {
  const full = field.children.length >= field.maxItems;
  const add = () => {
    let added: FieldProps['field'] | undefined;
    editing.change(() => {
      added = editing.form.addItem(field);
    });
    if (added) focusLater(firstControlId(added));
  };
  return (
    <div class="add">
      <button type="button" class="quiet" id={controlId(field)} onClick={add} disabled={full}>
        <Icon name="add" />
        Add item
        <span class="hidden"> to {labelOf(field)}</span>
      </button>
      {field.presence === 'absent' && !field.required && <span class="unset-note">not set</span>}
      {field.presence === 'null' && <span class="unset-note">null</span>}
      {field.presence === 'value' && field.children.length === 0 && <span class="unset-note">empty list</span>}
    </div>
  );
}

function AddObject({ field, editing }: FieldProps) {
  return (
    <div class="add">
      <button
        type="button"
        class="quiet"
        id={controlId(field)}
        onClick={() => {
          editing.change(() => editing.form.setPresence(field, 'value'));
          focusLater(firstControlId(field));
        }}
      >
        <Icon name="add" />
        Add {labelOf(field)}
      </button>
      <span class="unset-note">{field.presence === 'null' ? 'null' : 'not set'}</span>
    </div>
  );
}

/** After the next drawing. */
function focusLater(id: string): void {
  requestAnimationFrame(() => document.getElementById(id)?.focus());
}

function LabelText({ field }: FieldProps) {
  const label = labelOf(field);
  const named = field.parent?.kind === 'object' && label !== field.key;
  return (
    <>
      {label}
      {field.required && field.parent?.kind !== 'array' && (
        <span class="required" title="required" aria-hidden="true">
          *
        </span>
      )}
      {named && <code class="key">{field.key}</code>}
      {field.extra && <span class="tag">not in the schema</span>}
    </>
  );
}

function About({ field }: FieldProps) {
  if (field.description === undefined) return null;
  return (
    <p class="about" id={`${controlId(field)}-about`}>
      {field.description}
    </p>
  );
}

function Hint({ field }: { readonly field: FieldProps['field'] }) {
  const hint = hintText(field);
  return hint === '' ? null : (
    <span class="hint" id={`${controlId(field)}-hint`}>
      {hint}
    </span>
  );
}

function ProblemText({ field, shown }: FieldProps) {
  const problems = problemsOf(field, shown);
  if (problems.length === 0) return null;
  return (
    <p class="problem" id={`${controlId(field)}-problem`}>
      <Icon name="error" />
      <span>{problems.map(textAtField).join(' ')}</span>
    </p>
  );
}

/** The small buttons beside a label: empty text, null, clear; for items also their order. Quiet until needed. */
function Actions({ field, editing }: FieldProps) {
  const { form } = editing;
  const label = labelOf(field);
  const buttons: ComponentChildren[] = [];
  const toggleNull = field.nullable && field.kind !== 'boolean' && field.kind !== 'enum';
  if (field.kind === 'string' && field.text === '') {
    const isEmptyText = field.presence === 'value';
    buttons.push(
      <Toggle
        key="empty"
        pressed={isEmptyText}
        title={`Send empty text for ${label}`}
        onClick={() => editing.change(() => form.setPresence(field, isEmptyText ? 'absent' : 'value'))}
      >
        ""
      </Toggle>,
    );
  }
  if (toggleNull) {
    const isNull = field.presence === 'null';
    buttons.push(
      <Toggle
        key="null"
        pressed={isNull}
        title={`Send null for ${label}`}
        onClick={() => editing.change(() => form.setPresence(field, isNull ? 'absent' : 'null'))}
      >
        null
      </Toggle>,
    );
  }
  const siblings = field.parent?.kind === 'array' ? field.parent.children : [];
  const index = Number(field.key);
  const move = (to: number, name: 'up' | 'down') => (
    <IconButton
      key={name}
      icon={name}
      title={`Move ${label} ${name}`}
      disabled={to < 0 || to >= siblings.length}
      onClick={() => editing.change(() => field.parent && form.moveItem(field.parent, index, to))}
    />
  );
  if (siblings.length > 1) buttons.push(move(index - 1, 'up'), move(index + 1, 'down'));
  if (siblings.length > 0 || field.extra) {
    buttons.push(
      <IconButton key="remove" icon="close" title={`Remove ${label}`} onClick={() => removeField(field, editing)} />,
    );
  } else if (canClear(field)) {
    buttons.push(
      <IconButton
        key="clear"
        icon="close"
        title={`Clear ${label}`}
        onClick={() => {
          editing.change(() => form.setPresence(field, 'absent'));
          focusLater(controlId(field));
        }}
      />,
    );
  }
  return buttons.length > 0 ? <span class="actions">{buttons}</span> : null;
}

function canClear(field: FieldProps['field']): boolean {
  if (field.presence === 'absent' || field.parent === undefined) return false;
  if (field.kind === 'object' || field.kind === 'array') return !field.required;
  // The other kinds are emptied in their own control.
  return field.kind === 'json';
}

/** Removes it and puts the focus where the person can go on: the next item, the one before, or "Add item". */
function removeField(field: FieldProps['field'], editing: FieldProps['editing']): void {
  const { parent } = field;
  const index = parent?.children.indexOf(field) ?? -1;
  editing.change(() => editing.form.remove(field));
  const next = parent?.kind === 'array' ? (parent.children[index] ?? parent.children[index - 1] ?? parent) : undefined;
  if (next) focusLater(firstControlId(next));
}

interface ButtonProps {
  readonly title: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
}

function IconButton({ icon, title, onClick, disabled }: ButtonProps & { icon: Parameters<typeof Icon>[0]['name'] }) {
  return (
    <button type="button" class="icon-button" title={title} aria-label={title} onClick={onClick} disabled={disabled}>
      <Icon name={icon} />
    </button>
  );
}

function Toggle({
  title,
  onClick,
  pressed,
  children,
}: ButtonProps & { pressed: boolean; children: ComponentChildren }) {
  return (
    <button type="button" class="toggle" title={title} aria-label={title} aria-pressed={pressed} onClick={onClick}>
      {children}
    </button>
  );
}

function fieldClass({ field, shown }: FieldProps): string {
  const classes = ['field', field.kind];
  if (field.presence === 'absent' && !field.required) classes.push('quiet-field');
  if (problemsOf(field, shown).length > 0) classes.push('wrong');
  if (field.parent?.kind === 'array') classes.push('item');
  return classes.join(' ');
}
