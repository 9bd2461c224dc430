/** Front door of `dist/panels.cjs`, which the entry loads on first use. */
import { ToolPanels, type ToolPanelsDeps } from './toolPanels';

export type { ToolPanels, ToolPanelsDeps } from './toolPanels';

export function createToolPanels(deps: ToolPanelsDeps): ToolPanels {
  return new ToolPanels(deps);
}
