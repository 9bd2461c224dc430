import { Client, type JSONRPCMessage } from '@modelcontextprotocol/client';
import {
  SKILLS_EXTENSION_ID,
  type Skill,
  SkillsClient,
  SkillVerificationError,
} from '@modelcontextprotocol/client/ext/skills';
import { isPatchbayError, PatchbayError, toError } from '../../base/errors';
import type { JsonObject } from '../../shared/json';
import type { Logger } from '../ports';
import { excerpt, localAnswer, localErrorOf } from '../transports/jsonRpc';
import type { McpTransport } from '../transports/transport';
import type { Session } from './session';

export type { Skill } from '@modelcontextprotocol/client/ext/skills';

/** A file of a skill whose content is what the server listed. */
export interface SkillFile {
  readonly uri: string;
  readonly mimeType?: string;
  /** What the digest was made of. */
  readonly bytes: Uint8Array;
  /** Where the server sent text. */
  readonly text?: string;
  /** False only for skills that the server makes on demand, which have no digests. */
  readonly verified: boolean;
}

/** The revision whose envelope the results of a `Session` have: it has taken off what later ones add. */
const BARE_VERSION = '2025-11-25';

/**
 * What the server declares as skills (SEP-2640): names, descriptions, digests. Reads no file of any. Entries that break
 * the rules are left out with a warning. Empty where the server has none. Rejects with a `PatchbayError`.
 */
export async function listSkills(session: Session, timeoutMs: number, log: Logger): Promise<readonly Skill[]> {
  // The SDK's client has the same answer, and writes to the console with it.
  if (!(session.capabilities.extensions as JsonObject | undefined)?.[SKILLS_EXTENSION_ID]) return [];
  const { skills, invalid } = await withClient(session, timeoutMs, (client) => client.list());
  for (const { index, reason } of invalid.slice(0, 20)) log.warn(`Skill ${index} is left out: ${excerpt(reason)}`);
  return skills;
}

/**
 * One file of a listed skill, `SKILL.md` where `path` is not given. A file that is not listed, or whose size, digest or
 * frontmatter is not as listed, is never handed out: an error of kind `security` (SEP-2640, "Integrity and Verification").
 */
export function readSkill(session: Session, timeoutMs: number, skill: Skill, path?: string): Promise<SkillFile> {
  return withClient(session, timeoutMs, async (skills) => {
    const { uri, mimeType, bytes, text, verified } = await skills.read(skill, path);
    return {
      uri,
      bytes,
      verified,
      ...(mimeType === undefined ? {} : { mimeType }),
      ...(text === undefined ? {} : { text }),
    };
  });
}

async function withClient<T>(
  session: Session,
  timeoutMs: number,
  use: (skills: SkillsClient) => Promise<T>,
): Promise<T> {
  const client = new Client({ name: 'patchbay', version: '0' });
  try {
    await client.connect(new SessionLink(session, timeoutMs));
    return await use(new SkillsClient(client, { skipInvalid: true }));
  } catch (error) {
    throw describe(error);
  } finally {
    await client.close();
  }
}

function describe(error: unknown): PatchbayError {
  const known = isPatchbayError(error) ? error : localErrorOf(error);
  if (known) return known;
  const message = excerpt(toError(error).message, 500);
  if (!(error instanceof SkillVerificationError)) return new PatchbayError('protocol', message, { cause: error });
  return new PatchbayError('security', message, {
    code: error.reason,
    hint: 'The server serves another file than it lists. Do not use it, and tell who runs the server.',
    cause: error,
  });
}

/** Requests of the SDK's client go out as requests of a session that is open already; only the handshake ends here. */
class SessionLink implements McpTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: McpTransport['onmessage'];
  readonly #session: Session;
  readonly #timeoutMs: number;

  constructor(session: Session, timeoutMs: number) {
    this.#session = session;
    this.#timeoutMs = timeoutMs;
  }

  async start(): Promise<void> {}

  async send(message: JSONRPCMessage): Promise<void> {
    if (!('method' in message) || !('id' in message)) return;
    const { id, method, params = {} } = message;
    const { capabilities, serverInfo = { name: 'unknown', version: 'unknown' } } = this.#session;
    try {
      const result =
        method === 'initialize'
          ? { protocolVersion: BARE_VERSION, capabilities, serverInfo }
          : await this.#session.request(method, params as JsonObject, { timeoutMs: this.#timeoutMs });
      this.onmessage?.({ jsonrpc: '2.0', id, result } as JSONRPCMessage);
    } catch (error) {
      const failure = isPatchbayError(error) ? error : new PatchbayError('protocol', toError(error).message);
      this.onmessage?.(localAnswer(id, failure));
    }
  }

  async close(): Promise<void> {
    this.onclose?.();
  }
}
