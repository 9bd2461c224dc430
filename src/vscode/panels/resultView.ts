import { isWithin } from '../../forms/limits';
import { base64Size } from '../../shared/base64';
import type { JsonValue } from '../../shared/json';
import type { CallToolResult, ContentBlock } from '../../shared/mcp';
import type { BlockView, FaultView, MediaView, OutputView, ResultView } from '../../shared/toolPanel';
import { cut } from '../plainText';
import { prettyPieces } from './prettyPieces';
import type { Answer, ProtocolFault } from './protocolFault';
import { beginningOf } from './structuredView';

/** Text that a panel draws of one result, in characters. The rest is in the editor. */
export const TEXT_BUDGET = 256 * 1024;
/** Text that an editor opens well, in characters: above it a result is for a file. */
export const EDITOR_BUDGET = 16 * 1024 * 1024;
const STRUCTURED_BOUNDS = { depth: 100, members: 5_000, characters: TEXT_BUDGET };
/** Base64 characters of images and sound that a panel draws of one result. */
const MEDIA_BUDGET = 24 * 1024 * 1024;
/** Blocks that are sent at once. */
export const BLOCKS_PER_PART = 100;
const MAX_OUTPUT_SCHEMA = 256 * 1024;

const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const AUDIO_TYPES = new Set([
  'audio/wav',
  'audio/x-wav',
  'audio/mpeg',
  'audio/mp3',
  'audio/ogg',
  'audio/webm',
  'audio/aac',
  'audio/flac',
]);
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Whatever a server answered, as bounded data that a panel can draw without looking twice. */
export function resultView(result: CallToolResult, outputSchema?: unknown): ResultView {
  const cutter = new Cutter();
  const content = contentOf(result);
  const blocks = content.slice(0, BLOCKS_PER_PART).map((block) => blockView(block, cutter));
  const raw = rawView(result);
  const structured = structuredView(result.structuredContent, cutter);
  if (raw.isCut) cutter.truncated = true;
  const output = result.isError === true ? undefined : outputView(outputSchema, result.structuredContent, structured);
  return {
    isError: result.isError === true,
    blocks,
    ...(content.length > blocks.length && { totalBlocks: content.length }),
    ...structured,
    ...(output && { output }),
    raw: raw.text,
    ...(raw.isForFile && { isForFile: true }),
    bytes: isShowable(result) ? Buffer.byteLength(JSON.stringify(result)) : 0,
    truncated: cutter.truncated,
  };
}

/** The beginning of the pretty JSON, and whether all of it is more than an editor opens well. */
function rawView(result: unknown): { text: string; isCut: boolean; isForFile: boolean } {
  if (!isShowable(result)) return { text: TOO_DEEP, isCut: true, isForFile: false };
  let text = '';
  let length = 0;
  for (const piece of prettyPieces(result)) {
    if (text.length < TEXT_BUDGET) text += piece;
    length += piece.length;
    if (length > EDITOR_BUDGET) break;
  }
  return { text: cut(text, TEXT_BUDGET), isCut: length > TEXT_BUDGET, isForFile: length > EDITOR_BUDGET };
}

export function faultView(fault: ProtocolFault): FaultView {
  const { text, isCut } = rawView(fault);
  return { code: fault.code, hasData: fault.data !== undefined, raw: text, isCut };
}

/** The blocks from the given number on, as many as one message holds. */
export function nextBlocks(result: Answer, from: number): BlockView[] {
  const cutter = new Cutter();
  return contentOf(result)
    .slice(from, from + BLOCKS_PER_PART)
    .map((block) => blockView(block, cutter));
}

/** The bytes of a block that holds some, with the type that the server gives; undefined for texts. */
export function blockBytes(result: Answer, index: number): { bytes: Uint8Array; mimeType: string } | undefined {
  const block = contentOf(result)[index];
  if (typeof block !== 'object' || block === null) return undefined;
  const holder = block.type === 'resource' ? ((block.resource ?? {}) as Readonly<Record<string, unknown>>) : block;
  const data = block.type === 'resource' ? holder.blob : holder.data;
  const base64 = base64Of(data);
  if (base64 === undefined) return undefined;
  return { bytes: Buffer.from(base64, 'base64'), mimeType: short(holder.mimeType, 100) ?? '' };
}

function contentOf(result: Answer): readonly ContentBlock[] {
  return 'content' in result && Array.isArray(result.content) ? result.content : [];
}

function outputView(schema: unknown, sent: unknown, shown: ShownStructure | undefined): OutputView | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  if (sent === undefined) return { problem: 'The tool promises structured content and sent none.' };
  if (shown?.structuredCut) return { problem: 'The structured content is too large to be checked here.' };
  if (!isWithin(schema, 200, 20_000) || JSON.stringify(schema).length > MAX_OUTPUT_SCHEMA) {
    return { problem: 'The output schema of this tool is too large to check the structured content here.' };
  }
  return { schema: schema as JsonValue };
}

/** The whole result as pretty JSON; undefined where an editor does not open that well. */
export function editorText(result: unknown): string | undefined {
  if (!isShowable(result)) return TOO_DEEP;
  const pieces: string[] = [];
  let length = 0;
  for (const piece of prettyPieces(result)) {
    pieces.push(piece);
    length += piece.length;
    if (length > EDITOR_BUDGET) return undefined;
  }
  return pieces.join('');
}

/** The whole result as pretty JSON. */
export function resultText(result: unknown): string {
  return isShowable(result) ? JSON.stringify(result, null, 2) : TOO_DEEP;
}

/** The same in UTF-8, leaving time to others while it is written. */
export async function resultBytes(result: unknown): Promise<Uint8Array> {
  if (!isShowable(result)) return Buffer.from(TOO_DEEP);
  const pieces: Uint8Array[] = [];
  for (const piece of prettyPieces(result)) {
    pieces.push(Buffer.from(piece));
    if (pieces.length % PIECES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return Buffer.concat(pieces);
}

const TOO_DEEP = '"Nested too deeply to be shown."';
/** Pieces that are written before others have their turn. */
const PIECES_AT_ONCE = 16;

function isShowable(result: unknown): boolean {
  return isWithin(result, 1_000, Number.POSITIVE_INFINITY);
}

/** The full text of one block, for the clipboard and the editor. */
export function blockText(result: Answer, index: number): string | undefined {
  const block = contentOf(result)[index];
  if (typeof block !== 'object' || block === null) return undefined;
  const text = block.type === 'resource' ? (block.resource as { text?: unknown } | undefined)?.text : block.text;
  return typeof text === 'string' ? text : JSON.stringify(block, null, 2);
}

/** Hands out the text and media budgets of one result. */
class Cutter {
  truncated = false;
  #text = TEXT_BUDGET;
  #media = MEDIA_BUDGET;

  text(text: string): { text: string; cut: boolean } {
    const shown = cut(text, this.#text);
    this.#text -= shown.length;
    const isCut = shown.length < text.length;
    this.truncated ||= isCut;
    return { text: shown, cut: isCut };
  }

  /** The base64 characters alone; the length is looked at before anything reads them. */
  media(data: unknown): { readonly base64: string } | 'invalid' | 'large' {
    if (typeof data === 'string' && data.length > this.#media) {
      this.truncated = true;
      return 'large';
    }
    const base64 = base64Of(data);
    if (base64 === undefined) return 'invalid';
    this.#media -= base64.length;
    return { base64 };
  }
}

function blockView(block: ContentBlock, cutter: Cutter): BlockView {
  if (typeof block !== 'object' || block === null) return note('A block of this result is not an object.');
  switch (block.type) {
    case 'text':
      return typeof block.text === 'string'
        ? { type: 'text', ...cutter.text(block.text), ...markdownOf(block) }
        : note('A text block has no text.');
    case 'image':
      return mediaView('image', IMAGE_TYPES, block, cutter);
    case 'audio':
      return mediaView('audio', AUDIO_TYPES, block, cutter);
    case 'resource_link':
      return { ...resourceBlock(block, cutter), linked: true };
    case 'resource':
      return resourceBlock((block.resource ?? {}) as Readonly<Record<string, unknown>>, cutter);
    default: {
      const { text } = cutter.text(isWithin(block, 500, 200_000) ? JSON.stringify(block, null, 2) : '');
      return note(`A block of the type ${short(block.type, 60) ?? 'unknown'}:\n${text}`);
    }
  }
}

function mediaView(
  type: 'image' | 'audio',
  allowed: ReadonlySet<string>,
  block: ContentBlock,
  cutter: Cutter,
): BlockView {
  const { data, mimeType } = block;
  const words = type === 'image' ? 'An image' : 'A sound';
  const name = short(mimeType, 80) ?? 'an unknown type';
  if (typeof mimeType !== 'string' || !allowed.has(mimeType.toLowerCase()))
    return { ...note(`${words} of ${name} is not shown here.`), savable: true };
  const media = cutter.media(data);
  if (media === 'invalid') return note(`${words} of ${name} is not valid base64.`);
  if (media === 'large') return { ...note(`${words} of ${name} is too large to be shown here.`), savable: true };
  return { type, mimeType: mimeType.toLowerCase(), data: media.base64 };
}

function resourceBlock(resource: Readonly<Record<string, unknown>>, cutter: Cutter) {
  const uri = short(resource.uri, 2_000) ?? '';
  const mimeType = short(resource.mimeType, 100);
  const description = short(resource.description, 2_000);
  const contents = typeof resource.text === 'string' ? cutter.text(resource.text) : undefined;
  const media = resourceMedia(resource, cutter);
  return {
    type: 'resource' as const,
    uri,
    title: short(resource.title, 300) ?? short(resource.name, 300) ?? 'Resource',
    cut: contents?.cut ?? false,
    ...(mimeType !== undefined && { mimeType }),
    ...(description !== undefined && { description }),
    ...(contents !== undefined && { text: contents.text, ...markdownOf(resource) }),
    ...(media && { media }),
    ...(typeof resource.blob === 'string' && { blobBytes: base64Size(resource.blob) }),
  };
}

/** Binary contents of a resource, where they are an image or a sound. */
function resourceMedia(resource: Readonly<Record<string, unknown>>, cutter: Cutter): MediaView | undefined {
  const { blob, mimeType } = resource;
  if (typeof blob !== 'string' || typeof mimeType !== 'string') return undefined;
  const known = mimeType.toLowerCase();
  const type = IMAGE_TYPES.has(known) ? 'image' : AUDIO_TYPES.has(known) ? 'audio' : undefined;
  const media = type && cutter.media(blob);
  return typeof media === 'object' && type ? { type, mimeType: known, data: media.base64 } : undefined;
}

/** Without blanks and line ends; undefined for what is not base64. */
function base64Of(data: unknown): string | undefined {
  if (typeof data !== 'string') return undefined;
  const base64 = data.replace(/\s+/g, '');
  return BASE64.test(base64) ? base64 : undefined;
}

/** Whether the server says that a text is Markdown. */
function markdownOf({ mimeType }: Readonly<Record<string, unknown>>): { markdown: true } | undefined {
  return typeof mimeType === 'string' && /^text\/(?:x-)?markdown\b/i.test(mimeType) ? { markdown: true } : undefined;
}

type ShownStructure = Pick<ResultView, 'structured' | 'structuredCut'>;

function structuredView(whole: unknown, cutter: Cutter): ShownStructure | undefined {
  if (whole === undefined) return undefined;
  const { value, isWhole, lengths } = beginningOf(whole, STRUCTURED_BOUNDS);
  if (isWhole) return { structured: value };
  cutter.truncated = true;
  return { structured: value, structuredCut: { lengths } };
}

function note(text: string): Extract<BlockView, { type: 'note' }> {
  return { type: 'note', text };
}

function short(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value !== '' ? cut(value, max) : undefined;
}
