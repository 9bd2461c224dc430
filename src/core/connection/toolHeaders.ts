import { headerValue } from '../../shared/headerValue';
import type { JsonObject, JsonValue } from '../../shared/json';

/** RFC 9110, 5.6.2: token. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TYPES: readonly unknown[] = ['string', 'integer', 'boolean'];
const MAX_DEPTH = 64;

interface Declaration {
  readonly header: string;
  readonly path: readonly string[];
}

/**
 * The headers `Mcp-Param-*` for a call: the arguments that the tool's schema marks with `x-mcp-header`
 * (MCP 2026-07-28, transports/streamable-http, SEP-2243). Empty where the declarations are invalid.
 */
export function toolHeaders(inputSchema: unknown, args: JsonObject): Record<string, string> {
  const found = readDeclarations(inputSchema);
  if (typeof found === 'string') return {};
  const headers: Record<string, string> = {};
  for (const { header, path } of found) {
    const text = headerText(valueAt(args, path));
    if (text !== undefined) headers[`Mcp-Param-${header}`] = headerValue(text);
  }
  return headers;
}

/** Why a tool must not be offered over HTTP: what is wrong with its `x-mcp-header` declarations. Undefined: nothing. */
export function headerProblem(inputSchema: unknown): string | undefined {
  const found = readDeclarations(inputSchema);
  return typeof found === 'string' ? found : undefined;
}

function readDeclarations(schema: unknown): Declaration[] | string {
  const found: Declaration[] = [];
  const taken = new Set<string>();
  const visit = (node: unknown, path: readonly string[], isReachable: boolean, depth: number): string | undefined => {
    if (typeof node !== 'object' || node === null || depth > MAX_DEPTH) return undefined;
    if (!Array.isArray(node) && Object.hasOwn(node, 'x-mcp-header')) {
      const { 'x-mcp-header': header, type } = node as JsonObject;
      if (!isReachable || path.length === 0) return 'x-mcp-header stands where no single argument is meant';
      if (typeof header !== 'string' || !TOKEN.test(header)) return 'x-mcp-header is no name of a header';
      if (!TYPES.includes(type)) return `x-mcp-header "${header}" is on a value that is no text, integer or boolean`;
      if (taken.has(header.toLowerCase())) return `x-mcp-header "${header}" is declared twice`;
      taken.add(header.toLowerCase());
      found.push({ header, path });
    }
    for (const [key, child] of Object.entries(node)) {
      // Data, in which the word means nothing.
      if (key === 'default' || key === 'const' || key === 'enum' || key === 'examples') continue;
      if (key === 'properties' && !Array.isArray(node) && isObject(child)) {
        for (const [name, property] of Object.entries(child)) {
          const problem = visit(property, [...path, name], isReachable, depth + 1);
          if (problem !== undefined) return problem;
        }
      } else {
        const problem = visit(child, path, false, depth + 1);
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  };
  return visit(schema, [], true, 0) ?? found;
}

function valueAt(args: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = args;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function headerText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
