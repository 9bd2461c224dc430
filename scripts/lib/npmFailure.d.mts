export function npmFailure(output: string): { readonly reason: string; readonly next: string };
