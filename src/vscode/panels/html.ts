/** The one place that writes a webview's page and its Content-Security-Policy. */

export interface PageOptions {
  /** `webview.cspSource`. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Fetched and started as a worker from a Blob: a webview's own scripts cannot be workers directly. */
  readonly workerUri: string;
  /** Fresh random text for every page. */
  readonly nonce: string;
  readonly title: string;
}

/** No inline script or style, no eval, nothing from the network; images and sound only as `data:`. */
export function contentSecurityPolicy({ cspSource, nonce }: Pick<PageOptions, 'cspSource' | 'nonce'>): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    'img-src data:',
    'media-src data:',
    `font-src ${cspSource}`,
    `connect-src ${cspSource}`,
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The script stands before the style sheet, so that both are fetched at the same time: this policy keeps browsers from looking ahead. */
export function pageHtml(options: PageOptions): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(contentSecurityPolicy(options))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(options.title)}</title>
<script defer nonce="${escapeHtml(options.nonce)}" src="${escapeHtml(options.scriptUri)}"></script>
<link rel="stylesheet" href="${escapeHtml(options.styleUri)}">
</head>
<body data-validator="${escapeHtml(options.workerUri)}">
<div id="app"></div>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
