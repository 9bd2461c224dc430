import { isPatchbayError, type PatchbayError } from '../base/errors';
import { type OtherLists, readOtherLists } from './catalog/otherLists';
import { type ReadResourceOptions, type ResourceContents, readResource } from './catalog/resourceContents';
import type { Session } from './connection/session';
import { listSkills, readSkill, type Skill, type SkillFile } from './connection/skills';
import type { Logger } from './ports';

export interface ServerReadsOptions {
  /** Throws where the server is not connected. */
  readonly session: () => Session;
  readonly timeoutMs: () => number;
  readonly describe: (error: unknown) => PatchbayError;
  /** Told when a request has ended. */
  readonly ended: () => void;
  readonly log: Logger;
}

/** What is asked of a connected server beside its tools. All reject with a `PatchbayError` without secrets. */
export class ServerReads {
  readonly #options: ServerReadsOptions;

  constructor(options: ServerReadsOptions) {
    this.#options = options;
  }

  otherLists(): Promise<OtherLists> {
    return this.run((session, timeoutMs) => readOtherLists(session, timeoutMs));
  }

  resource(uri: string, options: ReadResourceOptions): Promise<ResourceContents> {
    return this.run((session, timeoutMs) => readResource(session, uri, timeoutMs, options));
  }

  skills(): Promise<readonly Skill[]> {
    return this.run((session, timeoutMs) => listSkills(session, timeoutMs, this.#options.log));
  }

  skill(skill: Skill, path?: string): Promise<SkillFile> {
    return this.run((session, timeoutMs) => readSkill(session, timeoutMs, skill, path));
  }

  /** Asks over the link that is there whether the server answers. Rejects where it does not. */
  ping(signal: AbortSignal): Promise<void> {
    return this.run(async (session, timeoutMs) => {
      const method = session.era === 'modern' ? 'server/discover' : 'ping';
      try {
        await session.request(method, {}, { timeoutMs, signal });
      } catch (error) {
        // A refusal is an answer.
        if (!isPatchbayError(error) || error.kind !== 'protocol') throw error;
      }
    });
  }

  async run<T>(work: (session: Session, timeoutMs: number) => Promise<T>): Promise<T> {
    const { session, timeoutMs, describe, ended } = this.#options;
    try {
      return await work(session(), timeoutMs());
    } catch (error) {
      throw describe(error);
    } finally {
      ended();
    }
  }
}
