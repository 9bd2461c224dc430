// Runs in the extension host: activates each extension in turn and writes how long it held the thread.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const vscode = require('vscode');

exports.activate = async () => {
  const { order, report } = JSON.parse(readFileSync(join(__dirname, 'round.json'), 'utf8'));
  for (const id of order) {
    const extension = vscode.extensions.getExtension(id);
    if (extension.isActive) throw new Error(`${id} is active already.`);
    await extension.activate();
  }
  writeFileSync(`${report}.part`, JSON.stringify(globalThis.activationTimes));
  renameSync(`${report}.part`, report);
};
