import * as vscode from 'vscode';
import type { Configuration } from '../../core/index';
import type { ConfigFiles } from './configFiles';
import type { ConfigProblems } from './configProblems';

type Core = typeof import('../../core/index');

/** Reads all configuration files into one configuration and publishes what is wrong with them. */
export class ConfigurationReader {
  readonly #core: Core;
  readonly #files: ConfigFiles;
  readonly #problems: ConfigProblems;
  readonly #lastGood: InstanceType<Core['LastGoodFiles']>;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(core: Core, files: ConfigFiles, problems: ConfigProblems) {
    this.#core = core;
    this.#files = files;
    this.#problems = problems;
    this.#lastGood = new core.LastGoodFiles();
  }

  /** One reading after the other, so that the newest text is the last one applied. */
  read(): Promise<Configuration> {
    const reading = this.#reading.then(() => this.#read());
    this.#reading = reading.catch(() => {});
    return reading;
  }

  async #read(): Promise<Configuration> {
    const files = await this.#files.readAll();
    const results = files.map(({ source, text }) => this.#core.readConfigFile(text, source));
    const { isTrusted: trusted } = vscode.workspace;
    const configuration = this.#core.mergeConfigFiles(this.#lastGood.apply(results), { trusted });
    this.#problems.publish(configuration.diagnostics);
    return configuration;
  }
}
