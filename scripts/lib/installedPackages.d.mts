export function matchesLock(lockText: string, installedText: string): boolean;
