import { writeSync } from 'node:fs';
import { PatchbayError } from '../base/errors';
import { main } from './main';

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => abort.abort(new PatchbayError('cancelled', 'Interrupted.')));
}

// Synchronous, so that a pipe has everything before the process ends.
const write = (fd: number) => (text: string) => {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
};

void main(process.argv.slice(2), { out: write(1), err: write(2) }, abort.signal).then((code) => process.exit(code));
