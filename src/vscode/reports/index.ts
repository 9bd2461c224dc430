/** Front door of `dist/reports.cjs`, which the entry loads on first use: longer texts about servers, calls and connections. */
export { type AuditText, readAuditFiles } from './auditFiles';
export { figuresOf } from './callRows';
export { poolTooltip, serverTooltip, toolTooltip } from './hovers';
export { metricsReport } from './metricsReport';
