/** What the measurement of the tap is made of: bundled for it, so that it runs as it would in the extension. */
import { Client } from '@modelcontextprotocol/client';
import { createSystemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/core/nodePorts';
import { Redactor } from '../../../src/core/traffic/redactor';
import { TrafficLog } from '../../../src/core/traffic/trafficLog';
import { createStdioTransport } from '../../../src/core/transports/stdio';
import { tapTransport } from '../../../src/core/transports/tap';

/** A client of the SDK over our stdio transport, with the tap or without. */
export async function connect(server: string, hasTap: boolean): Promise<Client> {
  const clock = createSystemClock();
  const log = silentLogger();
  const stdio = createStdioTransport(
    {
      transport: 'stdio',
      command: process.execPath,
      args: [server],
      cwd: undefined,
      env: {},
      shutdownGraceMs: 1000,
      maxMessageBytes: 10_000_000,
    },
    { log, clock },
  );
  const redact = new Redactor();
  const traffic = new TrafficLog({ redactor: redact, clock });
  const client = new Client({ name: 'bench', version: '1' });
  await client.connect(hasTap ? tapTransport(stdio, { traffic, log, redact, messages: false }) : stdio);
  return client;
}
