import type { JsonObject, JsonValue } from '../../shared/json';
import type { Logger } from '../ports';
import { excerpt } from '../transports/jsonRpc';
import { headerProblem } from './toolHeaders';

/** A list that has not ended by then is broken; the calls go on with what is known. */
const MAX_PAGES = 200;

/** What a session remembers of the tools that it has seen listed, for what a call of them needs. */
export class ToolDefinitions {
  readonly #dropsInvalidHeaders: boolean;
  readonly #log: Logger;
  #byName = new Map<string, JsonObject>();
  #isListed = false;

  /** `dropsInvalidHeaders`: MCP 2026-07-28, transports/streamable-http: such a tool must not be offered over HTTP. */
  constructor(dropsInvalidHeaders: boolean, log: Logger) {
    this.#dropsInvalidHeaders = dropsInvalidHeaders;
    this.#log = log;
  }

  /** Whether the whole list was seen. */
  get isListed(): boolean {
    return this.#isListed;
  }

  inputSchema(name: JsonValue | undefined): JsonValue | undefined {
    return typeof name === 'string' ? this.#byName.get(name)?.inputSchema : undefined;
  }

  /** Whether the tool runs only as a task (MCP 2025-11-25, server/tools, "execution.taskSupport"). */
  isTaskRequired(name: JsonValue | undefined): boolean {
    const execution = typeof name === 'string' ? this.#byName.get(name)?.execution : undefined;
    return isObject(execution) && execution.taskSupport === 'required';
  }

  /** Remembers one page of `tools/list` and gives back what may be offered of it. */
  read(page: JsonObject, isFirst: boolean): JsonObject {
    if (isFirst) this.#byName = new Map();
    if (!Array.isArray(page.tools)) return page;
    if (!page.nextCursor) this.#isListed = true;
    const tools = page.tools.filter((tool) => this.#isOffered(tool));
    for (const tool of tools) {
      if (!isObject(tool) || typeof tool.name !== 'string' || this.#byName.has(tool.name)) continue;
      this.#byName.set(tool.name, tool);
    }
    return tools.length === page.tools.length ? page : { ...page, tools };
  }

  /** Walks the whole list with `list`, which hands each page to `read`. */
  async listAgain(list: (cursor: string | undefined) => Promise<JsonObject>): Promise<void> {
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const { nextCursor } = await list(cursor);
      if (typeof nextCursor !== 'string' || nextCursor === '' || nextCursor === cursor) return;
      cursor = nextCursor;
    }
  }

  #isOffered(tool: JsonValue): boolean {
    const problem = this.#dropsInvalidHeaders && isObject(tool) ? headerProblem(tool.inputSchema) : undefined;
    if (problem === undefined) return true;
    const name = isObject(tool) ? String(tool.name) : '';
    this.#log.warn(`The tool "${excerpt(name, 100)}" is left out: ${problem}.`);
    return false;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
