import { z } from 'zod';
import { optionalText, section, text, texts } from './values';

const AUTH_TYPES = ['none', 'bearer', 'apiKey', 'basic', 'tokenCommand', 'oauth'] as const;

export const authSchema = z
  .discriminatedUnion(
    'type',
    [
      section({ type: z.literal('none') }),
      section({ type: z.literal('bearer'), token: text().describe('The token, best as `${secret:name}`.') }),
      section({
        type: z.literal('apiKey'),
        header: text().default('X-API-Key').describe('Header that carries the key.'),
        key: text().describe('The key, best as `${secret:name}`.'),
      }),
      section({
        type: z.literal('basic'),
        username: text().describe('User name.'),
        password: z.string('text').describe('Password, best as `${secret:name}`.'),
      }),
      section({
        type: z.literal('tokenCommand'),
        command: text().describe('Program that prints a bearer token.'),
        args: texts([]).describe('Its arguments.'),
      }),
      section({
        type: z.literal('oauth'),
        clientId: optionalText().describe('Client id where the server does not register clients by itself.'),
        clientSecret: optionalText().describe('Client secret, best as `${secret:name}`.'),
        scopes: texts([]).describe('Scopes to ask for. Empty: those the server names.'),
      }),
    ],
    `an object whose "type" is one of ${AUTH_TYPES.map((type) => `"${type}"`).join(', ')}`,
  )
  .prefault({ type: 'none' });
