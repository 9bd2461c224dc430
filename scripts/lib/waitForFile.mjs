import { existsSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Resolves when the file is there; rejects when the server ends first or the deadline passes. */
export function waitForFile(file, server, deadlineMs) {
  return new Promise((resolve, reject) => {
    const folder = watch(dirname(file), (_event, name) => {
      if (name === basename(file) && existsSync(file)) settle(resolve);
    });
    const timer = setTimeout(
      () => settle(() => reject(new Error(`${basename(file)} was not written within ${deadlineMs / 1000} s.`))),
      deadlineMs,
    );
    const settle = (then) => {
      clearTimeout(timer);
      folder.close();
      then();
    };
    server.exited.then((code) => settle(() => reject(new Error(`code-server ended with code ${code}.`))));
    if (existsSync(file)) settle(resolve);
  });
}
