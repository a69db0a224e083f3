import js from '@eslint/js';
import { createProjectGraphAsync, readCachedProjectGraph } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import angular from 'angular-eslint';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

// Module boundaries are read off Nx's project graph: there when Nx runs the lint, made here for a bare `eslint`.
try {
  readCachedProjectGraph();
} catch {
  await createProjectGraphAsync();
}

const WEB_ONLY = ['@angular/**', 'rxjs/**'];
const SERVER_ONLY = ['@nestjs/**', 'typeorm', 'mysql2', 'axios', 'cockatiel', 'node:*'];

/** Who may stand on whom: the arrows of docs/architecture.md, one line a layer. */
const LAYERS = {
  contract: [],
  config: ['contract'],
  migration: [],
  platform: ['config', 'contract', 'migration'],
  operations: ['platform', 'config', 'contract'],
  identity: ['operations', 'platform', 'config', 'contract'],
  sessions: ['identity', 'operations', 'platform', 'config', 'contract'],
  rollout: ['sessions', 'identity', 'operations', 'platform', 'config', 'contract'],
  auth: ['rollout', 'sessions', 'identity', 'operations', 'platform', 'config', 'contract'],
  app: [
    'auth',
    'rollout',
    'sessions',
    'identity',
    'operations',
    'platform',
    'config',
    'contract',
    'migration',
  ],
  portal: ['contract'],
  e2e: ['contract'],
};

const depConstraints = [
  ...Object.entries(LAYERS).map(([layer, below]) => ({
    sourceTag: `layer:${layer}`,
    onlyDependOnLibsWithTags: below.map((name) => `layer:${name}`),
  })),
  { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared'] },
  {
    sourceTag: 'scope:api',
    onlyDependOnLibsWithTags: ['scope:api', 'scope:shared'],
    bannedExternalImports: WEB_ONLY.slice(0, 1),
  },
  {
    sourceTag: 'scope:portal',
    onlyDependOnLibsWithTags: ['scope:portal', 'scope:shared'],
    bannedExternalImports: SERVER_ONLY,
  },
  { sourceTag: 'scope:tool', onlyDependOnLibsWithTags: ['scope:tool', 'scope:shared'] },
  { sourceTag: 'scope:e2e', onlyDependOnLibsWithTags: ['scope:e2e', 'scope:shared'] },
  { sourceTag: 'type:contract', onlyDependOnLibsWithTags: ['type:contract'] },
  { sourceTag: 'type:migration', onlyDependOnLibsWithTags: ['type:migration'] },
  {
    sourceTag: 'type:platform',
    onlyDependOnLibsWithTags: ['type:platform', 'type:contract', 'type:migration'],
  },
  { sourceTag: 'type:feature', onlyDependOnLibsWithTags: ['type:feature', 'type:platform', 'type:contract'] },
  {
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: ['type:feature', 'type:platform', 'type:contract', 'type:migration'],
  },
];

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/.nx',
      '**/.angular',
      '**/node_modules',
      '**/test-results',
      '**/playwright-report',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,mts}'],
    extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic],
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off', // NestJS modules and Angular components are classes by convention
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.{ts,mts}'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { allow: [], depConstraints, enforceBuildableLibDependency: false },
      ],
    },
  },
  {
    files: ['apps/portal/**/*.ts'],
    extends: [...angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
    rules: {
      '@angular-eslint/component-class-suffix': 'off', // Angular's 2025 style guide: Login, not LoginComponent
      '@angular-eslint/directive-class-suffix': 'off',
      '@angular-eslint/prefer-on-push-component-change-detection': 'error',
    },
  },
  {
    files: ['apps/portal/**/*.html'],
    extends: [...angular.configs.templateRecommended, ...angular.configs.templateAccessibility],
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    rules: { 'no-undef': 'off' }, // the type check of tools/ knows Node's names, a list here would not
  },
  {
    files: ['**/*.cjs', 'jest.preset.js'],
    languageOptions: { sourceType: 'commonjs' },
  },
  {
    // The one place that reads the environment is libs/config; apps hand it over from main.ts.
    files: ['libs/**/*.ts'],
    ignores: ['libs/config/**', '**/*.spec.ts', '**/testing.ts', '**/testing/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Inject the parsed settings of @cutover/config.' },
      ],
    },
  },
  {
    // Connections begin in one place, which says their modes before anything else and binds every value.
    files: ['apps/**/*.ts', 'libs/**/*.ts', 'migrations/**/*.ts'],
    ignores: ['libs/database/mysql-*.ts', '**/*.spec.ts', '**/testing/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['mysql2', 'mysql2/promise'].map((name) => ({
            name,
            message: 'Ask Database of @cutover/database.',
          })),
        },
      ],
    },
  },
  prettier,
);
