import { parseArgs } from 'node:util';
import { PatchbayError, toError } from '../base/errors';

export const USAGE = `Usage:
  node cli.cjs list [SERVER] (--config FILE | --url URL | -- COMMAND ARGS…) [--json]
  node cli.cjs call SERVER TOOL [--args JSON | --args-file FILE] [--timeout MS]
               (--config FILE | --url URL | -- COMMAND ARGS…) [--json]

  list   servers, states, tools, resources, prompts
  call   runs one tool and prints its answer

  --config FILE     a patchbay.json
  --url URL         one server, called "server": http(s):// (Streamable HTTP or HTTP+SSE), ws(s)://,
                    unix:///path.sock#/mcp, pipe:///pipe/name#/mcp
  -- COMMAND ARGS…  one server over stdio, called "server"
  --args JSON       the tool's arguments, a JSON object; --args-file FILE reads them from a file (- for stdin)
  -- TOOL           with --config or --url: names that begin with a dash
  --timeout MS      how long the call may take in all, for call; progress does not make it longer
  --json            one JSON document on stdout, and nothing else there
  --verbose         the log on stderr

Secrets and inputs of the configuration are read from PATCHBAY_SECRET_<NAME> and PATCHBAY_INPUT_<ID>,
the name in capitals with _ for all but letters and digits: \${secret:my-good.tok} is PATCHBAY_SECRET_MY_GOOD_TOK.
Exit codes: 0 done, 1 connection failed, 2 usage, configuration or name, 3 the tool answered with an error,
4 timed out, 5 refused by a rule.`;

/** Where the servers come from: exactly one of the three. */
export type Origin =
  | { readonly kind: 'config'; readonly file: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'command'; readonly command: string; readonly args: readonly string[] };

export interface CliOptions {
  readonly words: readonly string[];
  readonly origin: Origin | undefined;
  readonly args: string | undefined;
  readonly argsFile: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** Reads the words after `cli.cjs`. Throws a `PatchbayError` of kind `config` that says what is wrong. */
export function parseOptions(argv: readonly string[]): CliOptions {
  const split = argv.indexOf('--');
  const own = split < 0 ? argv : argv.slice(0, split);
  const command = split < 0 ? undefined : argv.slice(split + 1);
  const { values, positionals } = parse(own);
  const named = command && isNamed(values, positionals, command) ? command : undefined;
  return {
    words: [...positionals, ...(named ?? [])],
    origin: originOf(values.config, values.url, named ? undefined : command),
    args: values.args,
    argsFile: values['args-file'],
    timeoutMs: timeoutOf(values.timeout),
    json: values.json ?? false,
    verbose: values.verbose ?? false,
    help: values.help ?? false,
    version: values.version ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        url: { type: 'string' },
        args: { type: 'string' },
        'args-file': { type: 'string' },
        timeout: { type: 'string' },
        json: { type: 'boolean' },
        verbose: { type: 'boolean', short: 'v' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw usageError(toError(error).message);
  }
}

/** Whether what follows `--` is SERVER and TOOL, or TOOL: names may begin with a dash. */
function isNamed(
  { config, url }: { config?: string; url?: string },
  words: readonly string[],
  rest: readonly string[],
) {
  return (config ?? url) !== undefined && words[0] === 'call' && words.length + rest.length <= 3;
}

function originOf(file: string | undefined, url: string | undefined, command: readonly string[] | undefined) {
  const given = [file, url, command].filter((value) => value !== undefined);
  if (given.length > 1) throw usageError('Give only one of --config, --url and -- COMMAND.');
  if (file !== undefined) return { kind: 'config', file } as const;
  if (url !== undefined) return { kind: 'url', url } as const;
  if (command === undefined) return undefined;
  const [name, ...args] = command;
  if (!name) throw usageError('There is no command after --.');
  return { kind: 'command', command: name, args } as const;
}

function timeoutOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw usageError(`--timeout takes a whole number of milliseconds above 0, not "${text}".`);
}

export function usageError(message: string): PatchbayError {
  return new PatchbayError('config', message, { hint: 'See --help.' });
}
