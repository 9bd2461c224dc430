/** Front door of `dist/reports.cjs`, which the entry loads on first use: what is written about calls and connections. */
export { type AuditText, readAuditFiles } from './auditFiles';
export { metricsReport } from './metricsReport';
