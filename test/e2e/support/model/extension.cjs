// A language model of the editor that repeats the last thing it was told.
const vscode = require('vscode');

const MODEL = {
  id: 'parrot-1',
  name: 'Parrot',
  family: 'parrot',
  version: '1',
  maxInputTokens: 1000,
  maxOutputTokens: 1000,
  capabilities: {},
};

exports.activate = (context) => {
  const provider = {
    provideLanguageModelChatInformation: async () => [MODEL],
    async provideLanguageModelChatResponse(_model, messages, _options, progress) {
      const text = messages
        .at(-1)
        .content.map((part) => part.value ?? '')
        .join('');
      progress.report(new vscode.LanguageModelTextPart(`I heard: ${text}`));
    },
    provideTokenCount: async (_model, text) => String(text).length,
  };
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider('parrot', provider));
};
