import type { GlobalSettings } from '../config/definition';
import { LeastConnections } from './leastConnections';
import type { Picker } from './picker';
import { RoundRobin } from './roundRobin';
import { Weighted } from './weighted';

export type Strategy = GlobalSettings['groups'][string]['strategy'];

const STRATEGIES: Readonly<Record<Strategy, () => Picker>> = {
  roundRobin: () => new RoundRobin(),
  leastConnections: () => new LeastConnections(),
  weighted: () => new Weighted(),
};

export function createPicker(strategy: Strategy): Picker {
  return STRATEGIES[strategy]();
}
