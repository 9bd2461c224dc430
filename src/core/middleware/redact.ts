import { PatchbayError } from '../../base/errors';
import type { ContentBlock } from '../../shared/mcp';
import type { MiddlewareFactory, ResultRedactor } from './middleware';

/** Larger texts are no JSON that is worth its parsing: only known secrets are taken out of them. */
const MAX_JSON_CHARACTERS = 1_000_000;

/**
 * Takes known secrets, and the values of members named like secrets, out of the texts of results: text blocks, texts of
 * resources, and `structuredContent`. Arguments go to the server as they are.
 */
export const redactMiddleware: MiddlewareFactory = {
  create({ redactor }) {
    if (!redactor) throw new PatchbayError('config', 'nothing here knows the secrets.');
    return async (call, next) => {
      const result = await next(call);
      const { structuredContent } = result;
      return {
        ...result,
        content: result.content.map((block) => cleanBlock(block, redactor)),
        ...(structuredContent === undefined ? {} : { structuredContent: redactor.json(structuredContent) }),
      };
    };
  },
};

function cleanBlock(block: ContentBlock, redactor: ResultRedactor): ContentBlock {
  const { text, resource } = block;
  return {
    ...block,
    ...(typeof text === 'string' ? { text: cleanText(text, redactor) } : {}),
    ...(hasText(resource) ? { resource: { ...resource, text: cleanText(resource.text, redactor) } } : {}),
  };
}

function hasText(resource: unknown): resource is { readonly text: string } {
  return typeof resource === 'object' && resource !== null && 'text' in resource && typeof resource.text === 'string';
}

/** A text that is JSON keeps its layout where nothing in it had to be hidden. */
function cleanText(text: string, redactor: ResultRedactor): string {
  const clean = redactor.text(text);
  const value = parseContainer(clean);
  if (value === undefined) return clean;
  const redacted = JSON.stringify(redactor.json(value));
  if (redacted === JSON.stringify(value)) return clean;
  return JSON.stringify(JSON.parse(redacted), undefined, /\n/.test(text) ? 2 : 0);
}

function parseContainer(text: string): unknown {
  if (text.length > MAX_JSON_CHARACTERS || !/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
