import { PatchbayError } from '../../base/errors';
import { nearestName } from '../../base/nearestName';
import type { ValueRequest } from '../ports';
import type { ServerDefinition, ServerEntry } from './definition';
import type { JsonPath } from './document';
import { dotted } from './issues';
import { mapStrings, stringValues } from './stringValues';
import { findVariables, isKnownVariable, replaceVariables, type VariableReference } from './variableSyntax';

/** Where the values of variables come from. */
export interface VariableContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folders of the workspace, for `${workspaceFolder:name}`. */
  readonly folders: readonly { readonly name: string; readonly path: string }[];
  /** Path of the folder that the file belongs to: `${workspaceFolder}`, and `cwd` where the entry states none. */
  readonly defaultFolder?: string | undefined;
  readonly userHome: string;
  getSecret(name: string): Promise<string | undefined>;
  /** What a person gave for an input before; undefined asks for it. */
  getInput(id: string): Promise<string | undefined> | string | undefined;
}

export type ResolvedVariables =
  | { readonly entry: ServerEntry }
  /** Every secret and input without a value, each once. */
  | { readonly missing: readonly ValueRequest[] };

interface Use {
  readonly variable: VariableReference;
  readonly path: JsonPath;
}

/**
 * Puts values in the place of the variables in every string of the entry, in one pass: a value is never expanded again.
 * Keys whose feature is not built stay as written, so that nobody is asked for a value that nothing reads.
 * Rejects with a `PatchbayError` of kind `config` that names variable and key where one cannot have a value.
 */
export async function resolveVariables(
  definition: ServerDefinition,
  context: VariableContext,
): Promise<ResolvedVariables> {
  const { entry } = definition;
  if (!entry) {
    throw new PatchbayError('config', definition.problems.join('. ') || `Server "${definition.id}" cannot be used.`, {
      hint: 'Correct the configuration file.',
    });
  }
  const uses = [...stringValues(entry)].flatMap(({ text, path }): Use[] =>
    findVariables(text).map((variable) => ({ variable, path })),
  );
  const values = new Map<string, string>();
  const missing = new Map<string, ValueRequest>();
  for (const use of uses) {
    const { variable } = use;
    if (values.has(variable.text) || missing.has(variable.text)) continue;
    if (variable.name && isKnownVariable(variable) && (variable.kind === 'secret' || variable.kind === 'input')) {
      const request = requestFor(use, variable.name, definition);
      const value = await (variable.kind === 'secret' ? context.getSecret : context.getInput).call(
        context,
        variable.name,
      );
      if (value === undefined) missing.set(variable.text, request);
      else values.set(variable.text, value);
    } else {
      values.set(variable.text, knownValue(use, context));
    }
  }
  if (missing.size > 0) return { missing: [...missing.values()] };
  const resolved = mapStrings(entry, (text) =>
    replaceVariables(text, (variable) => values.get(variable.text) ?? variable.text),
  );
  return { entry: { ...resolved, cwd: resolved.cwd ?? context.defaultFolder } };
}

/** A text with its variables replaced; undefined where one of them is a secret or an input. Throws as the above rejects. */
export function knownText(
  text: string,
  path: JsonPath,
  context: Pick<VariableContext, 'env' | 'folders' | 'defaultFolder' | 'userHome'>,
): string | undefined {
  if (findVariables(text).some(({ kind }) => kind === 'secret' || kind === 'input')) return undefined;
  return replaceVariables(text, (variable) => knownValue({ variable, path }, context));
}

function requestFor(use: Use, name: string, definition: ServerDefinition): ValueRequest {
  const common = { id: name, serverName: definition.name };
  if (use.variable.kind === 'secret') {
    return { ...common, kind: 'secret', description: `Secret "${name}"`, password: true };
  }
  const input = definition.inputs.find(({ id }) => id === name);
  if (!input) {
    throw configError(use, 'has no definition', `Add an input with the id "${name}" under "inputs" in the same file.`);
  }
  return {
    ...common,
    kind: 'input',
    description: input.description ?? name,
    password: input.type === 'promptString' && input.password,
    ...(input.default === undefined ? {} : { default: input.default }),
    ...(input.type === 'pickString' ? { options: input.options } : {}),
  };
}

function knownValue(
  use: Use,
  context: Pick<VariableContext, 'env' | 'folders' | 'defaultFolder' | 'userHome'>,
): string {
  const { variable } = use;
  const { kind, name } = variable;
  if (!isKnownVariable(variable)) {
    const known = '${env:NAME}, ${secret:name}, ${input:id}, ${workspaceFolder}, ${workspaceFolder:name}, ${userHome}';
    const hint = name === undefined && /^\w+$/.test(kind) ? `For the environment variable write \${env:${kind}}. ` : '';
    throw configError(use, 'is no known variable', `${hint}Known are ${known}.`);
  }
  if (kind === 'userHome') return context.userHome;
  if (kind === 'env') {
    const value = context.env[name ?? ''];
    // Names such as "constructor" lead to what every object has.
    if (typeof value === 'string') return value;
    throw configError(
      use,
      'is not set',
      'Set this environment variable before the editor starts, or use ${secret:name}.',
    );
  }
  if (name === undefined) {
    if (context.defaultFolder !== undefined) return context.defaultFolder;
    throw configError(use, 'has no value', 'Open a folder, or write an absolute path.');
  }
  const folder = context.folders.find((candidate) => candidate.name === name);
  if (folder) return folder.path;
  const names = context.folders.map((candidate) => candidate.name);
  const near = nearestName(name, names);
  const hint = near === undefined ? `Folders here: ${names.join(', ') || 'none'}.` : `Did you mean "${near}"?`;
  throw configError(use, 'names no folder of this workspace', hint);
}

function configError({ variable, path }: Use, what: string, hint: string): PatchbayError {
  const message = `${variable.text.slice(0, 100)} in ${dotted(path)} ${what}.`;
  return new PatchbayError('config', message, { hint });
}
