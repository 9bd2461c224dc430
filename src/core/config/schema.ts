/** The configuration file, written once: types, validation, defaults, and hover texts all come from here. */
import { z } from 'zod';
import { inputSchema, NAME_PATTERN } from './schema/inputs';
import { defaultsSchema } from './schema/sections';
import { serverSchema } from './schema/server';
import { settingsSchema } from './schema/settings';
import { section } from './schema/values';

type DeepReadonly<T> = T extends readonly (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

export const configFileSchema = section({
  $schema: z.string('text').optional().describe('Address of a JSON schema. Not read by Patchbay.'),
  version: z.literal(1, '1').default(1).describe('Version of this format.'),
  inputs: z
    .array(inputSchema, 'a list of inputs')
    .default([])
    .describe('Values that a person is asked for once, used as `${input:id}`.'),
  defaults: defaultsSchema.partial().prefault({}).describe('Applied to every server of this file.'),
  servers: z
    .record(z.string().regex(NAME_PATTERN), serverSchema, 'an object that maps ids to servers')
    .default({})
    .describe('The servers, by id.'),
  ...settingsSchema.shape,
});

/**
 * One server with every default filled in: built-in, then the file's `defaults`, then the entry itself.
 * Strings hold their variables as written. Exactly one of `url` and `command` is defined.
 */
export type ServerEntry = DeepReadonly<Omit<z.output<typeof serverSchema>, 'transport'>> & {
  /** Inferred where the file states none. */
  readonly transport: string;
};

/** What applies to all servers together, with every default filled in. */
export type GlobalSettings = DeepReadonly<z.output<typeof settingsSchema>>;

/** The part of `GlobalSettings` that a file states. */
export type GlobalSettingsInput = DeepReadonly<z.input<typeof settingsSchema>>;

/** A value that a person is asked for once. */
export type InputDefinition = DeepReadonly<z.output<typeof inputSchema>>;
