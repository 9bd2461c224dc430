import { z } from 'zod';
import type { JsonObject } from './json';

/** Checked for shape only: the values are what a person wrote for the tool, any JSON. */
export const argumentsObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'arguments must be an object',
);
