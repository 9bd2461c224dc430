import type { JsonObject } from '../../shared/json';
import type { CallToolResult } from '../../shared/mcp';
import type { RunView } from '../../shared/toolPanel';
import type { ProtocolFault } from './protocolFault';

const KEPT = 10;

export interface FinishedRun {
  readonly view: RunView;
  /** Undefined where the call failed. */
  readonly result: CallToolResult | undefined;
  /** What the server answered in place of a result. */
  readonly fault?: ProtocolFault;
  readonly args: JsonObject;
  /** Id of the server that answered: of a group, the member. */
  readonly answeredBy: string;
}

/** The last runs of a panel, newest first, with all that was answered: the webview knows views of it. */
export class FinishedRuns {
  #runs: readonly FinishedRun[] = [];

  get views(): readonly RunView[] {
    return this.#runs.map(({ view }) => view);
  }

  add(run: FinishedRun): void {
    this.#runs = [run, ...this.#runs].slice(0, KEPT);
  }

  get(id: string): FinishedRun | undefined {
    return this.#runs.find(({ view }) => view.id === id);
  }

  clear(): void {
    this.#runs = [];
  }
}
