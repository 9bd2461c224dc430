import { useState } from 'preact/hooks';
import { formatJson, parseJsonText } from '../../forms/jsonText';
import { base64Size } from '../../shared/base64';
import type { JsonValue } from '../../shared/json';
import type { BlockView, MediaView } from '../../shared/toolPanel';
import type { Host } from './host';
import { Icon } from './icons';
import { LinkedResource } from './linkedResource';
import { looksLikeMarkdown, readMarkdown } from './resultsMarkdown';
import { Markdown } from './resultsMarkdownView';
import { looksLikeCode, sizeText } from './text';

interface BlockProps {
  readonly host: Host;
  /** Of the run. */
  readonly id: string;
  readonly index: number;
  readonly block: BlockView;
  /** The address that was read, where the block is a part of what is there. */
  readonly partOf?: string | undefined;
}

/** One block of a result. Whatever it says is text. */
export function Block({ host, id, index, block, partOf }: BlockProps) {
  const onOpen = () => host.post({ type: 'openInEditor', id, block: index });
  const onSave = () => host.post({ type: 'saveAs', id, block: index });
  switch (block.type) {
    case 'text':
      return <TextBlock text={block.text} cut={block.cut} markdown={block.markdown} onOpen={onOpen} onSave={onSave} />;
    case 'image':
    case 'audio':
      return <Media media={block} index={index} onSave={onSave} />;
    case 'resource':
      return <Resource {...{ host, id, index, block, partOf, onOpen, onSave }} />;
    case 'note':
      return (
        <p class="block notice">
          {block.text}
          {block.savable && <SaveButton onSave={onSave} />}
        </p>
      );
  }
}

interface ResourceProps extends BlockProps {
  readonly block: Extract<BlockView, { type: 'resource' }>;
  readonly onOpen: () => void;
  readonly onSave: () => void;
}

/** What names a resource, and its contents as far as they are here. */
function Resource({ host, id, index, block, partOf, onOpen, onSave }: ResourceProps) {
  const { mimeType, blobBytes, media } = block;
  return (
    <div class="block resource">
      <p class="resource-title">
        {partOf === undefined && (
          <>
            <strong>{block.title}</strong>
            <span class="facts">{block.linked ? 'link to a resource' : 'resource'}</span>
          </>
        )}
        {mimeType && !(partOf !== undefined && media) && <span class="facts">{mimeType}</span>}
        {blobBytes !== undefined && media === undefined && (
          <>
            <span class="facts">{sizeText(blobBytes)}, binary</span>
            <SaveButton onSave={onSave} />
          </>
        )}
      </p>
      {block.uri !== partOf && <code class="uri">{block.uri}</code>}
      {block.description && <p class="about">{block.description}</p>}
      {block.linked && (
        <LinkedResource
          host={host}
          id={id}
          index={index}
          title={block.title}
          draw={(contents, part, found) => (
            <Block host={host} id={contents} index={part} block={found} partOf={block.uri} />
          )}
        />
      )}
      {media && <Media media={media} index={index} onSave={onSave} />}
      {block.text !== undefined && (
        <TextBlock text={block.text} cut={block.cut} markdown={block.markdown} onOpen={onOpen} onSave={onSave} />
      )}
    </div>
  );
}

function Media({ media, index, onSave }: { media: MediaView; index: number; onSave: () => void }) {
  const [isBroken, setBroken] = useState(false);
  const source = `data:${media.mimeType};base64,${media.data}`;
  return (
    <figure class="block media">
      {isBroken ? (
        <p class="notice">
          <Icon name="warning" />
          This {media.type === 'image' ? 'image cannot be shown' : 'sound cannot be played'}: its data is not as its
          type says.
        </p>
      ) : media.type === 'image' ? (
        <img onError={() => setBroken(true)} alt={`Part ${index + 1} of the result`} src={source} />
      ) : (
        // biome-ignore lint/a11y/useMediaCaption: a server's sound comes without captions
        <audio onError={() => setBroken(true)} controls src={source} aria-label={`Sound ${index + 1} of the result`} />
      )}
      <figcaption>
        {media.mimeType} · {sizeText(base64Size(media.data))}
        <SaveButton onSave={onSave} />
      </figcaption>
    </figure>
  );
}

function SaveButton({ onSave }: { onSave: () => void }) {
  return (
    <button type="button" class="link" onClick={onSave}>
      Save as…
    </button>
  );
}

interface TextBlockProps {
  readonly text: string;
  readonly cut: boolean;
  /** Whether the server says that this is Markdown. */
  readonly markdown: boolean | undefined;
  readonly onOpen: () => void;
  readonly onSave: () => void;
}

function TextBlock({ text, cut, markdown, onOpen, onSave }: TextBlockProps) {
  const [plain, setPlain] = useState(false);
  const json = cut ? undefined : parsedJson(text);
  const isMarkdown = json === undefined && (markdown === true || looksLikeMarkdown(text));
  const blocks = isMarkdown ? readMarkdown(text) : undefined;
  return (
    <>
      {blocks !== undefined && (
        <button type="button" class="toggle plain-toggle" aria-pressed={plain} onClick={() => setPlain(!plain)}>
          Plain text
        </button>
      )}
      {blocks !== undefined && !plain ? <Markdown blocks={blocks} /> : <PlainText text={text} json={json} />}
      {cut && (
        <p class="notice">
          The text goes on.
          <button type="button" class="link" onClick={onOpen}>
            Open in editor
          </button>
          <SaveButton onSave={onSave} />
        </p>
      )}
    </>
  );
}

function PlainText({ text, json }: { text: string; json: JsonValue | undefined }) {
  if (text === '') return <p class="block empty">(empty text)</p>;
  const code = json !== undefined || looksLikeCode(text);
  return <pre class={code ? 'block code' : 'block text'}>{json === undefined ? text : formatJson(json)}</pre>;
}

/** Objects and arrays only: a bare number or word is text. What would not be shown as sent stays text as well. */
export function parsedJson(text: string): JsonValue | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const parsed = parseJsonText(text, { negativeZero: true });
  return parsed.ok ? parsed.value : undefined;
}

interface TruncatedProps {
  /** All of it is more than an editor opens well. */
  readonly isForFile: boolean;
  readonly onOpen: () => void;
  readonly onSave: () => void;
}

/** The notice over a result of which only the beginning is here. */
export function Truncated({ isForFile, onOpen, onSave }: TruncatedProps) {
  return (
    <p class="notice">
      <Icon name="warning" />
      Only the beginning is shown here{isForFile && ', and all of it is too much for an editor'}.
      {!isForFile && (
        <button type="button" class="link" onClick={onOpen}>
          Open all of it in an editor
        </button>
      )}
      <SaveButton onSave={onSave} />
    </p>
  );
}
