import { describe, expect, it } from 'vitest';
import { npmFailure } from '../../../scripts/lib/npmFailure.mjs';

const OUT_OF_SYNC = `npm warn Unknown user config "x".
npm error code EUSAGE
npm error
npm error \`npm ci\` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with \`npm install\` before continuing.
npm error
npm error Missing: ws@8.0.0 from lock file
npm error
npm error Clean install a project
npm error
npm error Usage:
npm error npm ci
npm error   --dry-run
npm error A complete log of this run can be found in: /home/me/.npm/_logs/debug-0.log
`;

const REFUSED = `npm error code ECONNREFUSED
npm error syscall connect
npm error errno ECONNREFUSED
npm error FetchError: request to http://127.0.0.1:1/ws.tgz failed, reason: connect ECONNREFUSED 127.0.0.1:1
npm error     at ClientRequest.<anonymous> (/usr/lib/index.js:130:14)
`;

describe('npmFailure', () => {
  it('names the package that the lock file lacks, without the manual page of npm', () => {
    const { reason, next } = npmFailure(OUT_OF_SYNC);
    expect(reason).toMatch(/^code EUSAGE\n.*in sync\..*\nMissing: ws@8\.0\.0 from lock file$/);
    expect(next).toMatch(/package-lock\.json do not fit/);
    expect(next).not.toMatch(/network/);
  });

  it('sends to the network where no connection was made, without the stack', () => {
    const { reason, next } = npmFailure(REFUSED);
    expect(reason.split('\n')).toHaveLength(4);
    expect(reason).toContain('connect ECONNREFUSED 127.0.0.1:1');
    expect(next).toMatch(/network/);
  });

  it('reads the words of older versions of npm', () => {
    expect(npmFailure('npm ERR! code ENOSPC\nnpm ERR! nospc no space left').next).toMatch(/disk/);
  });

  it('shows the last lines where npm marked none', () => {
    const output = Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\n');
    expect(npmFailure(output).reason).toMatch(/^line 28\n(.*\n)*line 39$/);
  });
});
