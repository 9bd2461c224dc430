/**
 * The path of a document over a result: its name is the title of the tab, and text that looks like JSON has the language
 * `patchbay-result` (package.json). Never `json` or `jsonc`, whatever the person's `files.associations` say of `*.json`:
 * the JSON language server fetches the `$schema` that a server names.
 */
export function resultPath(name: string, text: string, count: number): string {
  const isJson = /^\s*[[{]/.test(text);
  const file = `${name.replace(/[^\w.-]+/g, '-')}-${count}`;
  return isJson ? `/patchbay.result/${file}.result` : `/${file}.txt`;
}
