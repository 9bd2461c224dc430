import type { ServerSnapshot } from '../../core/hubTypes';
import { isWithin } from '../../forms/limits';
import type { JsonValue } from '../../shared/json';
import type { Tool } from '../../shared/mcp';
import type { ServerStateView, ToolView } from '../../shared/toolPanel';
import { cut } from '../plainText';
import { breakerWords } from '../tree/breakerWords';
import { type SeenSecrets, secretsOf } from './secretArguments';

const MAX_SCHEMA_CHARACTERS = 2_000_000;

/** The state as the chip of a panel says it to who would call `tool`. `undefined`: the server is no longer configured. */
export function stateView(server: ServerSnapshot | undefined, tool?: string): ServerStateView {
  if (server === undefined) return { kind: 'removed', label: 'removed' };
  const { state } = server;
  switch (state.kind) {
    case 'connected': {
      const ofServer = breakerWords(server.breaker, undefined, String);
      if (ofServer) return { kind: state.kind, label: ofServer, isPaused: true };
      const ofTool = breakerWords(
        server.toolBreakers?.find((breaker) => breaker.tool === tool),
        undefined,
        String,
      );
      return ofTool
        ? { kind: state.kind, label: `tool ${ofTool}`, isPaused: true }
        : { kind: state.kind, label: 'ready' };
    }
    case 'connecting':
      return { kind: state.kind, label: 'connecting…' };
    case 'reconnecting': {
      if (state.cause === 'unreachable') return { kind: state.kind, label: 'host not reachable' };
      const limit = state.maxAttempts > 0 ? `/${state.maxAttempts}` : '';
      return { kind: state.kind, label: `reconnecting ${state.attempt}${limit}` };
    }
    case 'disconnecting':
      return { kind: state.kind, label: 'disconnecting…' };
    case 'needsInput':
      return { kind: state.kind, label: state.needed.kind === 'value' ? 'needs input' : 'needs approval' };
    case 'authRequired':
      return { kind: state.kind, label: 'sign-in needed' };
    case 'error':
      return { kind: state.kind, label: cut(`error: ${state.error.message}`, 300) };
    case 'disconnected':
      return { kind: state.kind, label: 'not connected' };
    case 'disabled':
      return { kind: state.kind, label: 'disabled' };
  }
}

/**
 * The tool as the panel draws it. A schema too large for a form becomes the one that allows anything. `secrets`: what was
 * seen to be secret, this schema included.
 */
export function toolView(tool: Tool, secrets: SeenSecrets = secretsOf(tool.inputSchema)): ToolView {
  const { title, description, annotations = {} } = tool;
  const shownTitle = typeof title === 'string' && title !== '' ? title : annotations.title;
  const schemaText = isWithin(tool.inputSchema, 400, 200_000) ? JSON.stringify(tool.inputSchema) : undefined;
  const fits = schemaText !== undefined && schemaText.length <= MAX_SCHEMA_CHARACTERS;
  return {
    name: cut(String(tool.name), 300),
    ...(typeof shownTitle === 'string' && { title: cut(shownTitle, 300) }),
    ...(typeof description === 'string' && { description: cut(description, 20_000) }),
    annotations: {
      readOnlyHint: annotations.readOnlyHint === true,
      ...(typeof annotations.destructiveHint === 'boolean' && { destructiveHint: annotations.destructiveHint }),
      idempotentHint: annotations.idempotentHint === true,
      ...(typeof annotations.openWorldHint === 'boolean' && { openWorldHint: annotations.openWorldHint }),
    },
    inputSchema: fits ? (tool.inputSchema as JsonValue) : true,
    sensitive: secrets.isExpected,
    ...(secrets.marked.size > 0 && { secretNames: [...secrets.marked] }),
  };
}
