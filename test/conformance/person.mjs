/** Stands for the person at the browser and at the questions of servers. */

/** The document that the suite takes as the one of its client (SEP-991); nobody fetches it. */
const CLIENT_METADATA_URL = 'https://conformance-test.local/client-metadata.json';
const REDIRECT_URL = 'http://127.0.0.1:33418/callback';

/** Agrees to everything at once: the suite's authorization servers answer with the redirect itself. */
export function followRedirects() {
  return {
    clientMetadataUrl: CLIENT_METADATA_URL,
    start: async () => ({
      redirectUrl: REDIRECT_URL,
      async authorize(url, signal) {
        const answer = await fetch(url, { redirect: 'manual', signal });
        const location = answer.headers.get('location');
        if (location === null)
          throw new Error(`The authorization server answered ${answer.status} without a redirect.`);
        return new URL(location, url).searchParams;
      },
      dispose() {},
    }),
  };
}

/** Sends forms as they are when they open, answers models with one sentence, and has no folders. */
export function answerAll() {
  return {
    async elicit(request) {
      if (request.mode !== 'form') return { action: 'accept' };
      const filled = request.fields.map((field) => [
        field.name,
        field.default ?? (field.required ? sample(field) : undefined),
      ]);
      return { action: 'accept', content: Object.fromEntries(filled.filter(([, value]) => value !== undefined)) };
    },
    sample: async () => ({ text: 'The answer of the model.', model: 'conformance', stopReason: 'endTurn' }),
    roots: () => [],
  };
}

function sample({ kind, options }) {
  const byKind = { text: 'text', number: 1, boolean: true, choice: options?.[0]?.value, choices: [] };
  return byKind[kind];
}
