import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../src/base/nearestName';

const KEYS = ['type', 'username', 'password', 'clientId', 'clientSecret'];

describe('nearestName', () => {
  it.each([
    ['usrname', 'username'],
    ['client_id', 'clientId'],
    ['user', 'username'],
    ['pass', 'password'],
    ['secret', 'clientSecret'],
    ['passwordText', 'password'],
  ])('takes %s for %s', (name, expected) => {
    expect(nearestName(name, KEYS)).toBe(expected);
  });

  it.each(['id', 'colour', 'clie', ''])('knows nothing near %j: nothing is, or more than one', (name) => {
    expect(nearestName(name, KEYS)).toBeUndefined();
  });
});
