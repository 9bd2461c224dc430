import type { Inline, MarkdownBlock } from './resultsMarkdown';

const HEADINGS = ['h3', 'h4', 'h5', 'h6'] as const;

/** Markdown as elements. Links lead nowhere and images are not fetched: both show their address. */
export function Markdown({ blocks }: { readonly blocks: readonly MarkdownBlock[] }) {
  return (
    <div class="block markdown">
      {blocks.map((block, index) => (
        <MarkdownPart key={`${index}`} block={block} />
      ))}
    </div>
  );
}

function MarkdownPart({ block }: { readonly block: MarkdownBlock }) {
  switch (block.type) {
    case 'heading': {
      // The panel itself has the first two levels.
      const Heading = HEADINGS[block.level - 1] ?? 'h6';
      return (
        <Heading class={`heading level-${block.level}`}>
          <Inlines parts={block.content} />
        </Heading>
      );
    }
    case 'paragraph':
      return (
        <p>
          <Lines lines={block.lines} />
        </p>
      );
    case 'quote':
      return (
        <blockquote>
          <Lines lines={block.lines} />
        </blockquote>
      );
    case 'code':
      return <pre class="block code">{block.text}</pre>;
    case 'list': {
      const items = block.items.map(({ depth, content }, index) => (
        <li key={`${index}`} class={`depth-${depth}`}>
          <Inlines parts={content} />
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard
        <section class="table-scroll" tabIndex={0} aria-label="Table">
          <table>
            <thead>
              <tr>
                {block.head.map((cell, index) => (
                  <th key={`${index}`} scope="col">
                    <Inlines parts={cell} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                <tr key={`${index}`}>
                  {block.head.map((_, column) => (
                    <td key={`${column}`}>
                      <Inlines parts={row[column] ?? []} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      );
    case 'rule':
      return <hr />;
  }
}

function Lines({ lines }: { readonly lines: readonly (readonly Inline[])[] }) {
  return (
    <>
      {lines.map((line, index) => (
        <span class="line" key={`${index}`}>
          <Inlines parts={line} />
          {index < lines.length - 1 && '\n'}
        </span>
      ))}
    </>
  );
}

function Inlines({ parts }: { readonly parts: readonly Inline[] }) {
  return (
    <>
      {parts.map((part, index) => (
        <InlinePart key={`${index}`} part={part} />
      ))}
    </>
  );
}

function InlinePart({ part }: { readonly part: Inline }) {
  switch (part.type) {
    case 'text':
      return <>{part.text}</>;
    case 'code':
      return <code>{part.text}</code>;
    case 'strong':
      return <strong>{part.text}</strong>;
    case 'emphasis':
      return <em>{part.text}</em>;
    case 'struck':
      return <s>{part.text}</s>;
    case 'link':
    case 'image':
      return (
        <span class="address">
          {part.type === 'image' && 'Image: '}
          {part.text} <code>{part.address}</code>
        </span>
      );
  }
}
