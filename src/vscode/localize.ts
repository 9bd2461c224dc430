/** The shape of `vscode.l10n.t`: pure modules get it as an argument. `{0}` and so on stand for the arguments. */
export type Translate = (message: string, ...args: (string | number | boolean)[]) => string;
