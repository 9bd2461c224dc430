import { z } from 'zod';
import { oneOf, optionalText, section, text, texts } from './values';

const GRANTS = ['authorizationCode', 'clientCredentials', 'jwtBearer', 'enterprise'] as const;

/** JWS algorithms (RFC 7518, RFC 8037) of asymmetric keys. `auth` has the same list, because it knows no schema. */
export const SIGNING_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const;

/** The identity provider of an organization, which vouches for the person at the authorization server of the MCP server. */
const identityProviderSchema = section({
  tokenEndpoint: text().describe('URL of the token endpoint of the identity provider.'),
  clientId: text().describe('Client id at the identity provider.'),
  clientSecret: optionalText().describe('Client secret at the identity provider, best as `${secret:name}`.'),
  idToken: text().describe('ID token of the person, best as `${secret:name}`.'),
});

const AUTH_TYPES = ['none', 'bearer', 'apiKey', 'basic', 'tokenCommand', 'oauth'] as const;

export const authSchema = z
  .discriminatedUnion(
    'type',
    [
      section({ type: z.literal('none').describe('No credentials but those in `headers`.') }),
      section({
        type: z.literal('bearer').describe('A token, sent as `Authorization: Bearer …`.'),
        token: text().describe('The token, best as `${secret:name}`.'),
      }),
      section({
        type: z.literal('apiKey').describe('A key in a header of its own.'),
        header: text().default('X-API-Key').describe('Header that carries the key.'),
        key: text().describe('The key, best as `${secret:name}`.'),
      }),
      section({
        type: z.literal('basic').describe('User name and password (HTTP Basic).'),
        username: text().describe('User name.'),
        password: z.string('text').describe('Password, best as `${secret:name}`.'),
      }),
      section({
        type: z
          .literal('tokenCommand')
          .describe(
            'A program on this machine prints the token; it runs when the first request needs it and when the server refuses the token.',
          ),
        command: text().describe('Program that prints a bearer token.'),
        args: texts([]).describe('Its arguments.'),
      }),
      section({
        type: z.literal('oauth').describe('OAuth 2.1: signs in with the browser, or without one by `grant`.'),
        grant: oneOf(GRANTS)
          .default('authorizationCode')
          .describe(
            'How tokens are got: `authorizationCode` signs in with the browser; the others never open one. `clientCredentials` needs `clientId` with `clientSecret` or `privateKey`; `jwtBearer` needs `assertion`; `enterprise` needs `clientId` and `identityProvider`.',
          ),
        issuer: optionalText().describe(
          'The only authorization server that these credentials may be sent to. Not set: the one that the server names; with a secret or a key, the one that took them first. On the command line a `clientSecret` or `assertion` needs it.',
        ),
        clientId: optionalText().describe('Client id where the server does not register clients by itself.'),
        clientSecret: optionalText().describe('Client secret, best as `${secret:name}`.'),
        privateKey: optionalText().describe(
          'Private key in PEM form by which the client shows who it is (`private_key_jwt`), best as `${secret:name}`.',
        ),
        signingAlgorithm: oneOf(SIGNING_ALGORITHMS)
          .nullish()
          .transform((value) => value ?? undefined)
          .describe('Algorithm of `privateKey`. Not set: the usual one for its kind.'),
        assertion: optionalText().describe(
          'JWT of this workload that `jwtBearer` gives for a token, best as `${secret:name}` or `${env:NAME}`.',
        ),
        identityProvider: identityProviderSchema
          .nullish()
          .transform((value) => value ?? undefined)
          .describe('Who vouches for the person with `enterprise`.'),
        dpop: z
          .boolean('true or false')
          .nullish()
          .transform((value) => value ?? undefined)
          .describe(
            'Bind tokens to a key (DPoP): `true` always, `false` never. Not set: where the server asks for it.',
          ),
        scopes: texts([]).describe('Scopes to ask for. Empty: those the server names.'),
      }),
    ],
    `an object whose "type" is one of ${AUTH_TYPES.map((type) => `"${type}"`).join(', ')}`,
  )
  .prefault({ type: 'none' });
