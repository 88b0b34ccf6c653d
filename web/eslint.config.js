// Type-aware lint of every TypeScript and Svelte file: a warning is an error (`npm run check`).
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'api/schema.d.ts', 'public/'] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      // The same for all files: a file that names other extensions than the one before has all types worked out anew.
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // Numbers in error details and generated ids are wanted.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['core/**/*.ts'],
    rules: {
      // The twin of format, seal and proofs knows no page and no network.
      'no-restricted-globals': [
        'error',
        'document',
        'window',
        'fetch',
        'localStorage',
        'XMLHttpRequest',
        'WebSocket',
        'navigator',
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { parser: ts.parser },
    },
  },
  {
    files: ['tests/**/*.ts', '*.config.ts', '*.config.js'],
    rules: { 'max-lines-per-function': 'off' },
  },
  { files: ['eslint.config.js'], ...ts.configs.disableTypeChecked },
);
