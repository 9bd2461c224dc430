/**
 * Whether the packages that npm says it installed (`node_modules/.package-lock.json`) are those of `package-lock.json`.
 * So what `npm install` left is taken as it is. Packages of other platforms may be missing.
 * @param {string} lockText
 * @param {string} installedText
 */
export function matchesLock(lockText, installedText) {
  const { packages: wanted } = JSON.parse(lockText);
  const { packages: installed } = JSON.parse(installedText);
  const same = (a, b) => a.version === b.version && a.integrity === b.integrity;
  const complete = Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || (installed[path] === undefined ? entry.optional === true : same(entry, installed[path])),
  );
  return complete && Object.keys(installed).every((path) => Object.hasOwn(wanted, path));
}
