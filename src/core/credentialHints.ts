/** The next step for a person where a server refuses what it is sent. What is written has its variables still in it. */
import type { ServerEntry } from './config/definition';
import { variableName } from './config/environmentNames';
import { stringValues } from './config/stringValues';
import { findVariables } from './config/variableSyntax';

const WAYS = 'set "auth" in its entry: "bearer", "apiKey", "basic", "tokenCommand" or "oauth".';

/** `isPassing`, here and below: secrets come from the environment, so that none can be set by a command. */
export function renewHint(auth: ServerEntry['auth'], isPassing: boolean): string {
  if (!isPassing) return 'Set another one with "Set Token".';
  return setAnew(auth) ?? 'Correct "auth" of its entry.';
}

export function renewHeadersHint(headers: Readonly<Record<string, string>>, isPassing: boolean): string {
  const names = secretNames(headers).map((name) => `"${name}"`);
  const hint = isPassing ? setAnew(headers) : names.length > 0 && `Set ${names.join(' and ')} again with "Set Secret".`;
  return hint || 'Correct "headers" of its entry.';
}

export function addCredentialsHint(isPassing: boolean): string {
  return isPassing ? `${WAYS.charAt(0).toUpperCase()}${WAYS.slice(1)}` : `Use "Set Token", or ${WAYS}`;
}

function setAnew(written: unknown): string | undefined {
  const names = secretNames(written).map((name) => variableName('SECRET', name));
  return names.length > 0 ? `Set ${names.join(' and ')} anew.` : undefined;
}

function secretNames(written: unknown): string[] {
  const variables = [...stringValues(written)].flatMap(({ text }) => findVariables(text));
  return [...new Set(variables.flatMap(({ kind, name }) => (kind === 'secret' && name ? [name] : [])))];
}
