import { describe, expect, it } from 'vitest';
import { createTransportRegistry, registerBuiltInTransports } from '../../../../src/core/transports/registry';
import { createTestContext, stdioLaunch } from '../../../contract/transportHarness';
import { createInMemoryPair } from '../../../support/inMemory';

describe('createTransportRegistry', () => {
  it('makes a transport with the factory of its type, fresh each time', () => {
    const registry = createTransportRegistry();
    const seen: unknown[] = [];
    registry.register<{ transport: 'carrier'; pigeon: string }>('carrier', (launch) => {
      seen.push(launch.pigeon);
      return createInMemoryPair()[0];
    });
    const launch = { transport: 'carrier', pigeon: 'Bert' };
    expect(registry.create(launch, createTestContext())).not.toBe(registry.create(launch, createTestContext()));
    expect(seen).toEqual(['Bert', 'Bert']);
  });

  it('refuses a second one of a name until the first is disposed', () => {
    const registry = createTransportRegistry();
    const factory = () => createInMemoryPair()[0];
    const first = registry.register('x', factory);
    expect(() => registry.register('x', factory)).toThrow(/registered already/);
    first.dispose();
    const second = registry.register('x', factory);
    first.dispose();
    expect(registry.has('x')).toBe(true);
    second.dispose();
    expect(registry.has('x')).toBe(false);
  });

  it('names what is known where a type is not', () => {
    const registry = createTransportRegistry();
    const builtIn = registerBuiltInTransports(registry);
    expect(() => registry.create({ transport: 'smoke' }, createTestContext())).toThrow(
      expect.objectContaining({ kind: 'config', hint: 'Known here: stdio, http, sse, websocket.' }),
    );
    expect(registry.create(stdioLaunch([]), createTestContext()).processId).toBeUndefined();
    builtIn.dispose();
    expect(registry.types()).toEqual([]);
  });
});
