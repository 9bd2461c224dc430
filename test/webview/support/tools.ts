import type { BlockView, ResultView, RunView, ToolView } from '../../../src/shared/toolPanel';

/** As `get-sum` of server-everything. */
export const SUM: Partial<ToolView> = {
  name: 'get-sum',
  title: 'Get Sum Tool',
  description: 'Returns the sum of two numbers',
  annotations: { readOnlyHint: true, openWorldHint: false },
  inputSchema: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: {
      a: { type: 'number', description: 'First number' },
      b: { type: 'number', description: 'Second number' },
    },
    required: ['a', 'b'],
  },
};

/** As `edit_file` of server-filesystem. */
export const EDIT_FILE: Partial<ToolView> = {
  name: 'edit_file',
  title: 'Edit File',
  description:
    'Make line-based edits to a text file. Each edit replaces exact line sequences with new content. Returns a git-style diff showing the changes made. Only works within allowed directories.',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  inputSchema: {
    type: 'object',
    properties: {
      path: { type: 'string' },
      edits: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            oldText: { type: 'string', description: 'Text to search for - must match exactly' },
            newText: { type: 'string', description: 'Text to replace with' },
          },
          required: ['oldText', 'newText'],
        },
      },
      dryRun: { type: 'boolean', default: false, description: 'Preview changes using git-style diff format' },
    },
    required: ['path', 'edits'],
  },
};

/** Every kind of field that the form draws. */
export const DEPLOY: Partial<ToolView> = {
  name: 'deploy_service',
  title: 'Deploy Service',
  description: 'Rolls a build out to an environment, one region after the other, and waits until it is healthy.',
  annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: true },
  inputSchema: {
    type: 'object',
    required: ['service', 'environment', 'replicas', 'regions', 'confirm', 'apiVersion'],
    properties: {
      service: {
        type: 'string',
        title: 'Service',
        description: 'Name of the service as in the catalogue.',
        minLength: 1,
        maxLength: 40,
      },
      environment: {
        title: 'Environment',
        oneOf: [
          { const: 1, title: 'Staging', description: 'Reset every night.' },
          { const: 2, title: 'Production' },
        ],
      },
      replicas: { type: 'integer', title: 'Replicas', minimum: 1, maximum: 10, default: 2 },
      level: { enum: [10, 20, '30', null], description: 'Log level.' },
      confirm: { type: 'boolean', title: 'Confirm' },
      dryRun: { type: 'boolean', title: 'Dry run' },
      owner: { type: ['string', 'null'], format: 'email', title: 'Owner' },
      budget: { type: 'number', exclusiveMinimum: 0, title: 'Budget' },
      apiVersion: { const: 'v2', title: 'API version' },
      regions: { type: 'array', title: 'Regions', items: { type: 'string' }, minItems: 1 },
      limits: {
        type: 'object',
        title: 'Limits',
        description: 'What one replica may use.',
        properties: {
          cpu: { type: 'number', title: 'CPU', description: 'Cores.' },
          memory: { type: 'integer', title: 'Memory', description: 'Megabytes.', multipleOf: 64 },
        },
        required: ['cpu'],
      },
      target: {
        title: 'Target',
        oneOf: [{ type: 'string' }, { type: 'object', properties: { host: { type: 'string' } } }],
      },
    },
  },
};

export function result(blocks: readonly BlockView[], rest: Partial<ResultView> = {}): RunView['outcome'] {
  const raw = JSON.stringify({ content: blocks }, null, 2);
  return { status: 'done', result: { isError: false, blocks, raw, bytes: raw.length, truncated: false, ...rest } };
}

export function text(content: string): BlockView {
  return { type: 'text', text: content, cut: false };
}

/** A red square. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mP8z8BQz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC';
