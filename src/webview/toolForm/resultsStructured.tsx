import { useEffect, useState } from 'preact/hooks';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { OutputView, ResultView } from '../../shared/toolPanel';
import { Icon } from './icons';
import { JsonTree } from './jsonTree';
import { type JsonTable, tablesOf } from './resultsTable';
import { plural } from './text';
import { type Checked, ValidatorClient } from './validatorClient';
import { validatorWorkers } from './validatorWorker';

const SHOWN_ERRORS = 5;
/** Characters up to which a cell of a table stays on one line. */
const SHORT_CELL = 24;

interface StructuredProps {
  readonly value: JsonValue;
  /** Where the value is only the beginning. */
  readonly cut: ResultView['structuredCut'];
  readonly output: OutputView | undefined;
}

/** `structuredContent` as a tree, or as tables where it holds lists of objects; above it what the output schema says. */
export function Structured({ value, cut, output }: StructuredProps) {
  const tables = tablesOf(value, cut?.lengths);
  const [view, setView] = useState<'table' | 'tree'>(tables.length > 0 ? 'table' : 'tree');
  return (
    <div class="block">
      <div class="structured-head">
        <h3>Structured content{cut && ', its beginning'}</h3>
        {tables.length > 0 && (
          <button
            type="button"
            class="toggle"
            aria-pressed={view === 'tree'}
            onClick={() => setView(view === 'tree' ? 'table' : 'tree')}
          >
            As tree
          </button>
        )}
      </div>
      {view === 'tree' ? <JsonTree value={value} /> : tables.map((table) => <Table key={table.name} table={table} />)}
      {view === 'table' && <Rest value={value} tables={tables} />}
      {output && <OutputCheck output={output} value={value} />}
    </div>
  );
}

/** The members that are not tables. */
function Rest({ value, tables }: { value: JsonValue; tables: readonly JsonTable[] }) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const shown = new Set(tables.map(({ name }) => name));
  const rest: JsonObject = Object.fromEntries(Object.entries(value).filter(([name]) => !shown.has(name)));
  return Object.keys(rest).length > 0 ? <JsonTree value={rest} /> : null;
}

function Table({ table }: { table: JsonTable }) {
  const { name, columns, rows, total } = table;
  const label = name === '' ? plural(total, 'row') : `${name}: ${plural(total, 'row')}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard
    <section class="table-scroll" tabIndex={0} aria-label={label}>
      <table>
        <caption>
          {label}
          {rows.length < total && `, the first ${rows.length} shown`}
        </caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={`${index}`}>
              {row.map((cell, column) => (
                <td
                  key={columns[column]}
                  class={cell && `${cell.type}${cell.text.length <= SHORT_CELL ? ' short' : ' long'}`}
                >
                  {cell?.text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Checks in a worker of its own, so that the form's one keeps its schema; ended at its deadline as that one is. */
function OutputCheck({ output, value }: { output: OutputView; value: JsonValue }) {
  const schema = 'schema' in output ? output.schema : undefined;
  const [checked, setChecked] = useState<Checked>();
  useEffect(() => {
    if (schema === undefined) return;
    const client = new ValidatorClient(validatorWorkers(document.body.dataset.validator ?? ''));
    let wanted = true;
    void client.check(client, schema, value).then((found) => {
      client.dispose();
      if (wanted) setChecked(found);
    });
    return () => {
      wanted = false;
    };
  }, [schema, value]);
  if ('problem' in output) return <OutputProblem problem={output.problem} />;
  if (checked === undefined) return null;
  if ('unchecked' in checked) {
    return <OutputProblem problem="The structured content was not checked: that took too long or failed." />;
  }
  const { valid, errors } = checked.validation;
  if (valid) {
    return (
      <p class="output-fits">
        <Icon name="check" />
        Fits the output schema of the tool.
      </p>
    );
  }
  return (
    <div class="notice output-problem">
      <p>
        <Icon name="warning" />
        The structured content does not fit the output schema of the tool:
      </p>
      <ul>
        {errors.slice(0, SHOWN_ERRORS).map(({ pointer, keyword, message }) => (
          <li key={`${pointer} ${keyword}`}>
            <code>{pointer === '' ? '/' : pointer}</code> {message}
          </li>
        ))}
        {errors.length > SHOWN_ERRORS && <li>and {errors.length - SHOWN_ERRORS} more</li>}
      </ul>
    </div>
  );
}

export function OutputProblem({ problem }: { problem: string }) {
  return (
    <p class="notice output-problem">
      <Icon name="warning" />
      {problem}
    </p>
  );
}
