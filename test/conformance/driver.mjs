/**
 * The client that the official conformance suite judges: the core as it is built (dist/core.cjs), by its public surface
 * only. The suite starts it with the address of its server as the last argument and with
 * MCP_CONFORMANCE_SCENARIO and MCP_CONFORMANCE_CONTEXT in the environment.
 *
 * Exit 0: everything went as it must, which for scenarios with a faulty authorization server is to be refused.
 */
import { createRequire } from 'node:module';
import { argumentsFor } from './arguments.mjs';
import { answerAll, followRedirects } from './person.mjs';

const { createHub, isPatchbayError } = createRequire(import.meta.url)(
  process.env.PATCHBAY_CORE ?? '../../dist/core.cjs',
);

const SERVER = 'judged';

/** Where the client must stop before it uses anything: these end in an error of one of these kinds. */
const MUST_REFUSE = {
  'auth/resource-mismatch': ['auth', 'security'],
  'auth/iss-supported-missing': ['auth', 'security'],
  'auth/iss-wrong-issuer': ['auth', 'security'],
  'auth/iss-unexpected': ['auth', 'security'],
  'auth/iss-normalized': ['auth', 'security'],
  'auth/metadata-issuer-mismatch': ['auth', 'security'],
  'auth/scope-retry-limit': ['auth'],
  'sep-2640-client-verify-digest': ['security'],
  'sep-2640-client-verify-size': ['security'],
  'sep-2640-client-verify-frontmatter': ['security'],
};

const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
const lines = [];

/** What the suite gives a client beforehand, as the configuration has it. */
function authOf() {
  if (!scenario.startsWith('auth/')) return { type: 'none' };
  const { client_id: clientId, client_secret: clientSecret, private_key_pem: privateKey, issuer } = context;
  const oauth = { type: 'oauth', ...defined({ clientId, clientSecret, issuer }) };
  if (privateKey)
    return { ...oauth, privateKey, signingAlgorithm: context.signing_algorithm, grant: 'clientCredentials' };
  if (scenario === 'auth/client-credentials-basic') return { ...oauth, grant: 'clientCredentials' };
  if (context.valid_jwt) return { ...oauth, grant: 'jwtBearer', assertion: context.valid_jwt };
  if (!context.idp_id_token) return oauth;
  const { idp_token_endpoint: tokenEndpoint, idp_client_id, idp_id_token: idToken } = context;
  return { ...oauth, grant: 'enterprise', identityProvider: { tokenEndpoint, clientId: idp_client_id, idToken } };
}

function defined(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** PATCHBAY_LAUNCH: the entry of a server that carries the suite's one over another transport. */
function entryFor(url) {
  const launch = process.env.PATCHBAY_LAUNCH;
  return launch ? JSON.parse(launch) : { url, auth: authOf() };
}

/** Calls what the suite wants called, else every tool that is listed, one after the other. */
function callsFor(tools) {
  if (context.toolCalls) return context.toolCalls;
  // Its tool is there to be listed; it answers no call.
  if (scenario === 'json-schema-ref-no-deref') return [];
  const echo = tools.find(({ tool }) => tool.name === 'json_schema_echo');
  const rich = tools.find(({ tool }) => tool !== echo?.tool);
  if (echo) return [{ name: echo.tool.name, arguments: { schema: rich.tool.inputSchema } }];
  return tools.map(({ tool: { name, inputSchema } }) => ({ name, arguments: argumentsFor(inputSchema) }));
}

/**
 * A result of 2026-07-28 without `resultType` is invalid there (basic, "Results"). The suite wants to see only that it is
 * not taken for a question.
 */
async function callTool(hub, { name, arguments: args }) {
  const isInvalid = name === 'test_mrtr_no_result_type';
  const failure = await hub.callTool(SERVER, name, args).then(
    () => undefined,
    (error) => error,
  );
  if (isInvalid ? failure?.kind === 'protocol' : failure === undefined) return;
  throw failure ?? new Error(`The invalid result of ${name} was taken.`);
}

/** Lists the skills; loads them only where the scenario is about that. */
async function useSkills(hub) {
  const skills = await hub.listSkills(SERVER);
  if (!scenario.startsWith('sep-2640-client-verify')) return;
  for (const skill of skills) {
    await hub.readSkill(SERVER, skill);
    await hub.readSkill(SERVER, skill, 'references/FORMS.md');
  }
}

async function useServer(hub) {
  await hub.connect(SERVER, { interactive: true });
  const { catalog } = hub.server(SERVER);
  if (catalog.status !== 'live') throw new Error(`The tools were not listed: ${catalog.error}`);
  for (const call of callsFor(catalog.tools)) await callTool(hub, call);
  await useSkills(hub);
  const { capabilities } = hub.server(SERVER).negotiated;
  if (capabilities.includes('resources') || capabilities.includes('prompts')) await hub.readOtherLists(SERVER);
}

/** Undefined where all is as it must be. */
async function run(hub) {
  const expected = MUST_REFUSE[scenario];
  try {
    await useServer(hub);
  } catch (error) {
    if (expected && isPatchbayError(error) && expected.includes(error.kind)) return undefined;
    return error;
  } finally {
    lines.push(...hub.traffic(SERVER).toJsonLines().split('\n'));
    await hub.close();
  }
  return expected && new Error(`Nothing was refused, though it must be (${expected.join(' or ')}).`);
}

/** As the editor has it: whom credentials belong to is known from the first time on. */
function memorySecrets() {
  const values = new Map();
  return {
    get: async (name) => values.get(name),
    set: async (name, value) => void values.set(name, value),
    delete: async (name) => void values.delete(name),
  };
}

const log = Object.fromEntries(
  ['trace', 'debug', 'info', 'warn', 'error'].map((level) => [level, (text) => lines.push(`${level}: ${text}`)]),
);
const hub = createHub({
  config: { servers: { [SERVER]: entryFor(process.argv.at(-1)) } },
  ports: { log, secrets: memorySecrets(), signIn: followRedirects(), interaction: answerAll() },
});
const problem = await run(hub);
if (problem) {
  console.error([...lines, String(problem.stack), problem.hint, problem.cause].filter(Boolean).join('\n'));
  process.exitCode = 1;
}
