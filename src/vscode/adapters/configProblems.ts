import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { Emitter, type Event } from '../../base/event';
import type { ConfigDiagnostic } from '../../core/config/diagnostics';
import { positionAt, summarizeProblems } from './problemText';

/** Shows the findings of the configuration files in the Problems panel, each at its exact place. */
export class ConfigProblems implements vscode.Disposable {
  readonly #files: { uriOf(path: string): vscode.Uri; textOf(path: string): string | undefined };
  readonly #store = new DisposableStore();
  readonly #collection = this.#store.add(vscode.languages.createDiagnosticCollection('patchbay'));
  readonly #changes = this.#store.add(new Emitter<void>());
  #diagnostics: readonly ConfigDiagnostic[] = [];

  readonly onDidChange: Event<void> = this.#changes.event;

  constructor(files: { uriOf(path: string): vscode.Uri; textOf(path: string): string | undefined }) {
    this.#files = files;
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Replaces all findings by those of one reading of all files. */
  publish(diagnostics: readonly ConfigDiagnostic[]): void {
    this.#diagnostics = diagnostics;
    this.#collection.clear();
    for (const [path, found] of groupByPath(diagnostics)) {
      const text = this.#files.textOf(path) ?? '';
      this.#collection.set(
        this.#files.uriOf(path),
        found.map((diagnostic) => toDiagnostic(diagnostic, text)),
      );
    }
    this.#changes.fire();
  }

  /** One line for the head of the tree, such as "2 problems in patchbay.json"; undefined where there is no error. */
  get summary(): string | undefined {
    return summarizeProblems(this.#diagnostics, vscode.l10n.t);
  }
}

function toDiagnostic(found: ConfigDiagnostic, text: string): vscode.Diagnostic {
  const start = new vscode.Position(found.line, found.column);
  const end = positionAt(text, found.offset + found.length, found);
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(start, new vscode.Position(end.line, end.column)),
    found.message,
    found.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = 'Patchbay';
  diagnostic.code = found.code;
  return diagnostic;
}

function groupByPath(diagnostics: readonly ConfigDiagnostic[]): Map<string, ConfigDiagnostic[]> {
  const groups = new Map<string, ConfigDiagnostic[]>();
  for (const diagnostic of diagnostics) {
    const group = groups.get(diagnostic.path);
    if (group) group.push(diagnostic);
    else groups.set(diagnostic.path, [diagnostic]);
  }
  return groups;
}
