import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Loopback, listenForAnswer } from '../../../../src/vscode/dialogs/signInLoopback';
import { freePort } from '../../../support/servers';

const texts = { done: 'Signed in.', failed: 'Not signed in.' };

describe('the answer of an authorization server', () => {
  const open: Loopback[] = [];

  afterEach(() => {
    for (const loopback of open.splice(0)) loopback.dispose();
  });

  async function listen(port = 0): Promise<Loopback> {
    const loopback = await listenForAnswer(texts, port);
    open.push(loopback);
    return loopback;
  }

  it('is taken once, with its state only, and nothing of it is shown', async () => {
    const loopback = await listen();
    const answer = loopback.wait('s1');
    const forged = await fetch(`${loopback.url}?state=other&code=evil`);
    expect(forged.status).toBe(400);
    const page = await fetch(`${loopback.url}?state=s1&code=c&note=%3Cscript%3E`);
    expect([page.status, await page.text()]).toEqual([200, 'Signed in.']);
    expect(page.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(Object.fromEntries(await answer)).toMatchObject({ code: 'c', state: 's1' });
    expect((await fetch(`${loopback.url}?state=s1&code=again`)).status).toBe(400);
  });

  it('may be an error, which the page says', async () => {
    const loopback = await listen();
    const answer = loopback.wait('s1');
    expect(await (await fetch(`${loopback.url}?state=s1&error=access_denied`)).text()).toBe('Not signed in.');
    expect((await answer).get('error')).toBe('access_denied');
  });

  it('is looked for on one path by GET only', async () => {
    const loopback = await listen();
    void loopback.wait('s1');
    const root = new URL('/', loopback.url);
    expect((await fetch(root)).status).toBe(404);
    expect((await fetch(`${loopback.url}?state=s1&code=c`, { method: 'POST' })).status).toBe(404);
  });

  it('is not there for a request whose target is no URL', async () => {
    const loopback = await listen();
    const socket = connect(loopback.port, '127.0.0.1');
    socket.write('GET //[ HTTP/1.1\r\nHost: x\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 404 /);
    socket.destroy();
  });

  it('comes to the usual port, or to another one where that is taken', async () => {
    const port = await freePort();
    const first = await listen(port);
    const second = await listen(port);
    expect(first.port).toBe(port);
    expect(second.port).not.toBe(port);
    expect(second.url).toBe(`http://127.0.0.1:${second.port}/callback`);
  });

  it('comes no more after the end', async () => {
    const loopback = await listen();
    loopback.dispose();
    await expect(fetch(loopback.url)).rejects.toThrow();
  });
});
