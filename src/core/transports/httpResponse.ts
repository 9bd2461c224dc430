import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { overLimitError } from './receivedText';
import type { RewriteEvent } from './sseEvents';
import { type EventLimit, limitEvents, toWebStream } from './sseLimit';

/** The part of `Headers` that readers of an answer use. Names do not differ by case. */
export class LightHeaders {
  readonly #headers: IncomingHttpHeaders;

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    const value = this.#headers[name.toLowerCase()];
    if (value === undefined) return null;
    return Array.isArray(value) ? value.join(', ') : value;
  }

  has(name: string): boolean {
    return this.#headers[name.toLowerCase()] !== undefined;
  }

  getSetCookie(): string[] {
    return [...(this.#headers['set-cookie'] ?? [])];
  }

  forEach(callback: (value: string, name: string) => void): void {
    for (const [name, value] of this) callback(value, name);
  }

  *entries(): IterableIterator<[string, string]> {
    for (const name of Object.keys(this.#headers)) yield [name, this.get(name) ?? ''];
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }
}

export interface LightResponseInit {
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  /** Already decoded. */
  readonly stream: Readable;
  /** For `text` and `json`; and for each event where the answer is an event stream. */
  readonly limit: EventLimit;
}

/** What readers of an answer get in the place of what came. */
export interface Interception {
  /** `text`: the whole body. Gives what `json` does. */
  json(text: string): unknown;
  /** For each event of an event stream. */
  readonly event: RewriteEvent;
}

/**
 * The members of `Response` that the SDK touches, without the cost of the real one (half the throughput).
 * The body can be read once: by `text`, by `json`, or as the web stream `body`.
 */
export class LightResponse {
  readonly type = 'basic';
  readonly redirected = false;
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: LightHeaders;
  readonly #stream: Readable;
  readonly #limit: EventLimit;
  #interception: Interception | undefined;
  #body: ReadableStream<Uint8Array> | undefined;
  #used = false;

  constructor(init: LightResponseInit) {
    this.url = init.url;
    this.status = init.status;
    this.statusText = init.statusText;
    this.headers = new LightHeaders(init.headers);
    this.#stream = init.stream;
    this.#limit = init.limit;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get bodyUsed(): boolean {
    return this.#used;
  }

  /** Before the body is read. */
  intercept(interception: Interception): void {
    this.#interception = interception;
  }

  get body(): ReadableStream<Uint8Array> {
    if (!this.#body) {
      this.#use();
      const isEvents = /^\s*text\/event-stream\s*(;|$)/i.test(this.headers.get('content-type') ?? '');
      this.#body = isEvents
        ? limitEvents(this.#stream, this.#limit, this.#interception?.event)
        : toWebStream(this.#stream, (chunk) => [chunk]);
    }
    return this.#body;
  }

  async text(): Promise<string> {
    return (await this.#bytes()).toString('utf8');
  }

  async json(): Promise<unknown> {
    const text = await this.text();
    return this.#interception ? this.#interception.json(text) : JSON.parse(text);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.#bytes();
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  }

  #use(): void {
    if (this.#used) throw new TypeError('The body was read already');
    this.#used = true;
  }

  #bytes(): Promise<Buffer> {
    this.#use();
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      let size = 0;
      this.#stream.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size <= this.#limit.maxBytes) return;
        this.#stream.destroy(overLimitError(this.#limit.maxBytes));
      });
      this.#stream.once('end', () => resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size)));
      this.#stream.once('error', reject);
      this.#stream.once('close', () => reject(new Error('The answer ended before it was complete')));
    });
  }
}
