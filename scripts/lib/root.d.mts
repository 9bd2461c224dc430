/** The folder of the repository, without a slash at its end. */
export const ROOT: string;
/** The Node that comes with `npm ci`. */
export const NODE: string;
export function toolEnvironment(extra?: Readonly<Record<string, string>>): NodeJS.ProcessEnv;
