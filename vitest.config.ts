import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };

/** Suites that share nothing run side by side; those that start servers get more time, never a retry. */
const project = (name: string, include: string[], testTimeout: number) => ({
  define: { PATCHBAY_VERSION: JSON.stringify(manifest.version) },
  test: { name, include, testTimeout, hookTimeout: testTimeout, environment: 'node' as const },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/architecture.test.ts'], 15_000),
      project('contract', ['test/contract/**/*.test.ts'], 30_000),
      project('integration', ['test/integration/**/*.test.ts'], 30_000),
    ],
  },
});
