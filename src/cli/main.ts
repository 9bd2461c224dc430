import { describeError, isPatchbayError, toError } from '../base/errors';
import { call, failureExitCode } from './call';
import { type CliContext, openHub, type Streams } from './context';
import { EXIT, type ExitCode } from './exitCodes';
import { list } from './list';
import { type CliOptions, parseOptions, USAGE, usageError } from './options';
import { plain, plainJson } from './plain';

/** Version of this build, put in by the bundler. */
declare const PATCHBAY_VERSION: string;

const COMMANDS: Record<string, ((context: CliContext) => Promise<ExitCode>) | undefined> = { list, call };

/** Runs the command line tool. Resolves with the exit code; never rejects. */
export async function main(argv: readonly string[], streams: Streams, signal: AbortSignal): Promise<ExitCode> {
  // Read by eye first: a mistake in the other options must not cost the promise of one JSON document.
  const json = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json');
  try {
    return await run(parseOptions(argv), streams, signal);
  } catch (error) {
    if (json) streams.out(`${plainJson({ error: errorReport(error) })}\n`);
    else streams.err(`${plain(describeError(error))}\n`);
    return failureExitCode(error);
  }
}

async function run(options: CliOptions, streams: Streams, signal: AbortSignal): Promise<ExitCode> {
  const [word] = options.words;
  if (options.help || (word === 'help' && !options.origin)) {
    streams.out(`${USAGE}\n`);
    return EXIT.done;
  }
  if (options.version) {
    streams.out(`${typeof PATCHBAY_VERSION === 'string' ? PATCHBAY_VERSION : '0.0.0'}\n`);
    return EXIT.done;
  }
  if (word === undefined) throw usageError('Which command?');
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (!command) throw usageError(`There is no command "${word}".`);
  const hub = openHub(options, streams);
  try {
    return await command({ options, streams, hub, signal });
  } finally {
    await hub.close();
  }
}

function errorReport(error: unknown) {
  if (!isPatchbayError(error)) return { kind: 'transport', message: toError(error).message };
  return { kind: error.kind, message: describeError(error), ...(error.code === undefined ? {} : { code: error.code }) };
}
