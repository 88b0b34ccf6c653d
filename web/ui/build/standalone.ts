/** `verifier.html`: the verifier's script and style put into one file that makes no request (`docs/spec/pages.md`). */

import { createHash } from 'node:crypto';
import { asInlineScript } from './integrity.ts';

const PLACE = '<script type="application/json" id="trust-root">null</script>';

const source = (text: string): string => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;

/** One file from a script and a style; its policy names both by their hashes and allows no connection. */
export function standaloneVerifier(script: string, style: string, mark: string): string {
  const code = asInlineScript(script);
  const policy = [
    "default-src 'none'",
    `script-src ${source(code)}`,
    `style-src ${source(style)}`,
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html',
  ].join('; ');
  return `<!doctype html>
<html lang="fr" data-color-scheme="auto" data-size="md">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="content-security-policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <title>Voûte</title>
    <link rel="icon" href="data:image/svg+xml;base64,${Buffer.from(mark).toString('base64')}">
    <style>${style}</style>
  </head>
  <body>
    <div id="app"></div>
    ${PLACE}
    <script>${code}</script>
  </body>
</html>
`;
}
