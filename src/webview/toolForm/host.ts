import type { HostMessage, PanelMessage, ToolPanelState } from '../../shared/toolPanel';
import type { Entered, Replacement } from './replaced';

/** What the webview keeps over hiding and reloading. The first three members are the host's, the rest is ours. */
export interface SavedState extends ToolPanelState {
  /** Texts of fields that cannot be read yet, such as half a number, by the pointer of the field. */
  readonly texts?: Readonly<Record<string, string>>;
  /** What other arguments took the place of, and which. */
  readonly replaced?: Entered;
  readonly replacedBy?: Replacement | undefined;
  /** Name of the saved call that the form was filled from, or saved as. */
  readonly savedAs?: string | undefined;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The only way out of the webview. */
export interface Host {
  post(message: PanelMessage): void;
  onMessage(listener: (message: HostMessage) => void): () => void;
  load(): SavedState | undefined;
  save(state: SavedState): void;
}

export function connectHost(): Host {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    onMessage(listener) {
      const receive = (event: MessageEvent) => {
        const data: unknown = event.data;
        if (typeof data === 'object' && data !== null && 'type' in data) listener(data as HostMessage);
      };
      window.addEventListener('message', receive);
      return () => window.removeEventListener('message', receive);
    },
    load: () => (api.getState() as SavedState | null | undefined) ?? undefined,
    save: (state) => api.setState(state),
  };
}
