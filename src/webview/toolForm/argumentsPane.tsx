import { Adders } from './adders';
import { controlId } from './editing';
import { Fields, FieldView } from './field';
import { ProblemText } from './fieldParts';
import { Icon } from './icons';
import { Pickers } from './pickers';
import { textWithPath } from './problems';
import type { ToolSession } from './session';
import { plural } from './text';

const SHOWN_PROBLEMS = 20;

/** The form of the arguments with the list of what is wrong, and the way to them as JSON. */
export function ArgumentsPane({ session }: { readonly session: ToolSession }) {
  const { form, tool } = session;
  if (form === undefined || tool === undefined) return <ToolUnknown session={session} />;
  return (
    <div class="arguments">
      {session.entered.toolGone && (
        <p class="notice gone">
          <Icon name="warning" />
          {session.server.name} no longer offers this tool.
        </p>
      )}
      <div class="pane-head">
        <h2>Arguments</h2>
        <EditAsJson session={session} />
      </div>
      <Summary session={session} />
      <FormArguments session={session} />
      {session.problems.notice && (
        <p class="notice">
          <Icon name="warning" />
          {session.problems.notice}
        </p>
      )}
    </div>
  );
}

/** Opens the editor of the window, and says where that has a text which the form cannot follow. */
function EditAsJson({ session }: { readonly session: ToolSession }) {
  const { hasError } = session.editor;
  const title = hasError
    ? 'Opens the text that cannot be read. The form shows the arguments as they were before it.'
    : 'Opens the arguments in an editor that completes them by the schema of the tool';
  return (
    <span class="pane-actions">
      {hasError && (
        <span class="json-error">
          <Icon name="warning" />
          The JSON has an error
        </span>
      )}
      <button
        type="button"
        class="link"
        title={title}
        onClick={() => (hasError ? session.openJson() : void session.editAsJson())}
      >
        <Icon name="openEditor" />
        {hasError ? 'Open JSON' : 'Edit as JSON'}
      </button>
    </span>
  );
}

function FormArguments({ session }: { readonly session: ToolSession }) {
  const root = session.form?.root;
  if (root === undefined) return null;
  const props = { field: root, revision: root.revision, editing: session.editing, shown: session.shown };
  if (root.kind !== 'object') return <FieldView {...props} />;
  if (root.children.length === 0 && !root.canAdd && root.pickers.length === 0) {
    return <p class="empty">This tool takes no arguments.</p>;
  }
  return (
    <>
      <Pickers {...props} />
      <Fields {...props} />
      <Adders {...props} />
      <div id={controlId(root)} tabIndex={-1} hidden={!session.shown.byPointer.has('')}>
        <ProblemText {...props} />
      </div>
    </>
  );
}

/** All problems with a way to each. It comes with an attempt to run; the fields show theirs before. */
function Summary({ session }: { readonly session: ToolSession }) {
  const { list } = session.problems;
  if (list.length === 0 || !session.shown.all) return null;
  return (
    <section class="summary" id="summary" aria-label="Problems">
      <p>
        <Icon name="error" />
        {plural(list.length, 'problem')}
      </p>
      <ul>
        {list.slice(0, SHOWN_PROBLEMS).map((problem) => (
          <li key={`${problem.pointer} ${problem.inside} ${problem.message}`}>
            <button type="button" class="link" onClick={() => session.focusProblem(problem)}>
              {textWithPath(problem)}
            </button>
          </li>
        ))}
      </ul>
      {list.length > SHOWN_PROBLEMS && <p class="more-problems">and {list.length - SHOWN_PROBLEMS} more</p>}
    </section>
  );
}

function ToolUnknown({ session }: { readonly session: ToolSession }) {
  return (
    <div class="unknown">
      <WhyUnknown session={session} />
      <EditAsJson session={session} />
    </div>
  );
}

function WhyUnknown({ session }: { readonly session: ToolSession }) {
  const { state, server, toolName } = session;
  if (state.kind === 'connecting' || state.kind === 'reconnecting') {
    return (
      <>
        <p class="empty">Connecting to {server.name}…</p>
        <progress aria-label={`Connecting to ${server.name}`} />
      </>
    );
  }
  if (state.kind === 'connected' || state.kind === 'removed') {
    const what =
      state.kind === 'connected'
        ? `${server.name} does not offer a tool named`
        : `${server.name} is not configured, so there is no`;
    return (
      <p class="empty">
        {what} <code>{toolName}</code>.
      </p>
    );
  }
  return (
    <>
      <p class="empty">
        {server.name} is {state.kind === 'error' ? 'not reachable' : 'not connected'}, so the arguments of this tool are
        not known yet.
      </p>
      {state.kind === 'error' && <p class="problem">{state.label}</p>}
      {state.kind !== 'disabled' && (
        <button type="button" class="primary" onClick={() => session.connect()}>
          Connect
        </button>
      )}
    </>
  );
}
