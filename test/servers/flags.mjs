/** `--name` is true, `--name value` is the value where the name is in `withValue`. Anything else is an error. */
export function parseFlags(argv, names, withValue) {
  const flags = {};
  for (let index = 0; index < argv.length; index++) {
    const name = argv[index].replace(/^--/, '');
    if (withValue.includes(name)) flags[name] = argv[++index];
    else if (names.includes(name)) flags[name] = true;
    else throw new Error(`Unknown flag: ${argv[index]}`);
  }
  return flags;
}
