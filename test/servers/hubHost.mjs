/**
 * A program that uses dist/core.cjs and connects to servers, to be ended from outside in every way. Tells on stdout, a
 * JSON object a line, `{"ready":true}` when all are connected. Reads commands from stdin: `exit` ends it in a hurry,
 * `crash` throws, `reconnect` does so with each server, `close` closes the hub and lets it end by itself. Arguments: the configuration as JSON.
 */
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { createHub } = createRequire(import.meta.url)('../../dist/core.cjs');
const hub = createHub({ config: JSON.parse(process.argv[2]) });
await hub.connectAll();
const states = hub.servers().map(({ state }) => state.kind);
tell({ ready: states.every((kind) => kind === 'connected'), states });

const input = createInterface({ input: process.stdin });
input.on('line', (command) => {
  if (command === 'exit') process.exit(0);
  if (command === 'crash') throw new Error('crashed on purpose');
  if (command === 'reconnect') {
    Promise.all(hub.servers().map(({ id }) => hub.reconnect(id))).then(() => tell({ reconnected: true }));
    return;
  }
  process.stdin.destroy();
  hub.close().then(() => tell({ closed: true }));
});

function tell(fact) {
  console.log(JSON.stringify(fact));
}
