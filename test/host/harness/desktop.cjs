// What desktop VS Code runs as `extensionTestsPath`: waits for the suite that extension.cjs started.
const vscode = require('vscode');

exports.run = async () => {
  const { finished } = await vscode.extensions.getExtension('patchbay-test.host-suite').activate();
  const { failed } = await finished;
  if (failed > 0) throw new Error(`${failed} failed`);
};
