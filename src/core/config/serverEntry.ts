import type { JsonObject, JsonValue } from '../../shared/json';
import { readAddress } from './address';
import type { ConfigSource, InputDefinition, ServerDefinition } from './definition';
import type { JsonPath } from './document';
import { keepFittingKeys } from './fittingKeys';
import { checkValue, dotted, previewValue } from './issues';
import { findLiteralSecrets } from './literalSecrets';
import { isJsonObject, mergeValues } from './mergeValues';
import { findNotSupported, NOT_SUPPORTED_IN_SERVER } from './notSupported';
import type { Finding } from './reporter';
import { serverSchema } from './schema/server';
import { stringValues } from './stringValues';
import { findVariables, hasBadName, isKnownVariable } from './variableSyntax';

/** What the rest of the file gives to each of its servers. */
export interface FileContext {
  readonly source: ConfigSource;
  /** `defaults` of the file, checked. */
  readonly defaults: JsonObject;
  readonly inputs: readonly InputDefinition[];
}

/** Reads one value of `servers`. Paths of the findings are inside the entry. Errors leave `entry` undefined. */
export function readServer(
  id: string,
  written: JsonValue,
  file: FileContext,
): { readonly definition: ServerDefinition; readonly findings: readonly Finding[] } {
  const base = { id, source: file.source, inputs: file.inputs };
  if (!isJsonObject(written)) {
    const message = `Server "${id}" must be an object; found ${previewValue(written, [])}`;
    return {
      definition: { ...base, name: id, transport: undefined, entry: undefined, problems: [message], notSupported: [] },
      findings: [{ severity: 'error', code: 'type', message, path: [], at: 'value' }],
    };
  }
  const checked = checkValue(serverSchema, written, `Server "${id}"`);
  const accepted = isJsonObject(checked.value) ? checked.value : {};
  const address = readAddress(id, written, accepted);
  const notSupported = findNotSupported(accepted, NOT_SUPPORTED_IN_SERVER);
  const fitting = keepFittingKeys(accepted, address.transport);
  const variables = findBadVariables(fitting.entry, file.inputs);
  const errors = [...checked.findings, ...address.findings, ...variables.filter(isError)];
  const problems = errors.filter(isError).map(({ message }) => message);
  const filled = serverSchema.safeParse(withoutNulls(mergeValues(file.defaults, fitting.entry)));
  return {
    definition: {
      ...base,
      name: typeof accepted.name === 'string' ? accepted.name : id,
      transport: address.transport,
      entry:
        problems.length === 0 && filled.success && address.transport !== undefined
          ? { ...filled.data, transport: address.transport }
          : undefined,
      problems,
      notSupported,
    },
    findings: [
      ...errors,
      ...fitting.findings,
      ...notSupported.map(describeNotSupported),
      ...findLiteralSecrets(accepted),
      ...variables.filter((finding) => !isError(finding)),
    ],
  };
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

/** null means absent everywhere but in `env`, where it removes a variable. */
function withoutNulls(value: JsonObject): JsonObject {
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    kept.map(([key, member]) => [key, isJsonObject(member) && key !== 'env' ? withoutNulls(member) : member]),
  );
}

function describeNotSupported(key: string): Finding {
  return {
    severity: 'warning',
    code: 'notSupported',
    at: 'key',
    message: notSupportedMessage(key),
    path: key.split('.'),
  };
}

export function notSupportedMessage(key: string): string {
  return `\`${key}\` is not supported yet: it is read and ignored.`;
}

const NAME_RULE = '1 to 100 letters, digits, "_", "." or "-"';

/** Variables that cannot have a value, found before anybody connects. */
function findBadVariables(entry: JsonObject, inputs: readonly InputDefinition[]): Finding[] {
  const findings: Finding[] = [];
  const add = (path: JsonPath, code: Finding['code'], message: string, severity: Finding['severity'] = 'warning') =>
    findings.push({ severity, code, message, path, at: 'value' });
  for (const { text, path } of stringValues(entry)) {
    for (const variable of findVariables(text)) {
      const shown = variable.text.slice(0, 60);
      if (hasBadName(variable)) {
        add(path, 'type', `The name in ${shown} in ${dotted(path)} must be ${NAME_RULE}`, 'error');
      } else if (!isKnownVariable(variable)) add(path, 'type', `Unknown variable ${shown} in ${dotted(path)}`);
      else if (variable.kind === 'input' && !inputs.some(({ id }) => id === variable.name)) {
        add(path, 'missing', `${shown} in ${dotted(path)} has no definition under "inputs"`);
      }
    }
  }
  return findings;
}
