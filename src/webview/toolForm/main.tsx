import { render } from 'preact';
import { App } from './app';
import { connectHost } from './host';
import { Links, LinksContext } from './links';
import { Questions } from './questions';
import { ToolSession } from './session';
import { ValidatorClient } from './validatorClient';
import { validatorWorkers } from './validatorWorker';

const root = document.getElementById('app');
if (root) {
  const host = connectHost();
  const validator = new ValidatorClient(validatorWorkers(document.body.dataset.validator ?? ''));
  const session = new ToolSession(host, validator, () => crypto.randomUUID());
  const questions = new Questions(host, validator, () => crypto.randomUUID());
  const app = (
    <LinksContext.Provider value={new Links(host)}>
      <App session={session} questions={questions} host={host} />
    </LinksContext.Provider>
  );
  render(app, root);
}
