import { homedir } from 'node:os';
import { basename } from 'node:path';
import { createSystemClock } from '../base/clock';
import { variableName } from './config/environmentNames';
import type { Logger, Memory, NetworkSettings, Ports, SecretStore } from './ports';

/** Ports for plain Node, where nobody is there to ask: the environment is the only source of secrets and inputs. */
export function createNodePorts(overrides: Partial<Ports> = {}): Ports {
  const env = overrides.env ?? process.env;
  // Once: reading the environment of a process is slow, and this is asked before each request.
  const network = proxyFromEnvironment(env);
  return {
    clock: createSystemClock(),
    random: Math.random,
    log: silentLogger(),
    secrets: environmentSecrets(env),
    memory: createMemory(),
    prompts: {
      askValue: async ({ kind, id, default: fallback }) =>
        kind === 'input' ? (env[variableName('INPUT', id)] ?? fallback) : undefined,
      approve: async () => false,
    },
    workspace: {
      folders: () => [{ name: basename(process.cwd()), path: process.cwd() }],
      isTrusted: () => true,
    },
    network: () => network,
    env,
    userHome: homedir(),
    ...overrides,
  };
}

function proxyFromEnvironment(env: Ports['env']): NetworkSettings {
  const proxyUrl = env.HTTPS_PROXY || env.https_proxy || env.HTTP_PROXY || env.http_proxy || undefined;
  const noProxy = (env.NO_PROXY ?? env.no_proxy ?? '').split(',').map((host) => host.trim());
  return { proxyUrl, noProxy: noProxy.filter((host) => host !== '') };
}

export function silentLogger(): Logger {
  const ignore = () => {};
  return { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
}

/** Facts that last as long as the process. */
export function createMemory(): Memory {
  const facts = new Map<string, unknown>();
  return {
    get: <T>(key: string) => facts.get(key) as T | undefined,
    async set(key, value) {
      if (value === undefined) facts.delete(key);
      else facts.set(key, value);
    },
  };
}

/** `${secret:api-key}` is read from `PATCHBAY_SECRET_API_KEY`; what is set lives as long as the process. */
function environmentSecrets(env: Ports['env']): SecretStore {
  const stored = new Map<string, string>();
  return {
    isPassing: true,
    get: async (name) => stored.get(name) ?? env[variableName('SECRET', name)],
    set: async (name, value) => void stored.set(name, value),
    delete: async (name) => void stored.delete(name),
  };
}
