import type { CheckWorker } from './validatorClient';

/** Starts workers from the script at the address. It is fetched once, and again only where that failed. */
export function validatorWorkers(scriptUri: string): () => Promise<CheckWorker> {
  let script: Promise<string> | undefined;
  return async () => {
    script ??= fetchText(scriptUri);
    try {
      const url = URL.createObjectURL(new Blob([await script], { type: 'text/javascript' }));
      const worker = new Worker(url);
      const release = () => URL.revokeObjectURL(url);
      worker.addEventListener('message', release, { once: true });
      worker.addEventListener('error', release, { once: true });
      return worker;
    } catch (error) {
      script = undefined;
      throw error;
    }
  };
}

async function fetchText(uri: string): Promise<string> {
  const response = await fetch(uri);
  if (!response.ok) throw new Error(`The validator was not found: ${response.status}.`);
  return response.text();
}
