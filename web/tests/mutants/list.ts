/**
 * The mutants: clients with one check taken out, each named after the attack that it then falls for.
 *
 * `put` is the source with `mutant('NAME')` in it; what is not under that condition stays as it is in the product.
 */

/** One change of a source file (path under `web/`). */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

const SIGNED = 'core/signed-manifest.ts';
const DOCUMENT = 'core/document.ts';
const SEALED = 'core/age/sealed.ts';
const HYBRID = 'core/age/hybrid.ts';
const KEYRING = 'core/keyring.ts';
const WEBAUTHN = 'resident/webauthn.ts';
const SIGN_IN = 'resident/flows/sign-in.svelte.ts';

/** Every mutant by name. */
export const MUTANTS: Readonly<Record<string, readonly Edit[]>> = {
  // B1: who signed is not looked at.
  'any-signature': [
    {
      file: SIGNED,
      find: "const signer = hex(await verifyStatement(parsed.envelope, 'manifest', issuerKeys(issuer)));",
      put: "const signer = mutant('any-signature') ? issuer.keys[0]?.ed25519 : hex(await verifyStatement(parsed.envelope, 'manifest', issuerKeys(issuer)));",
    },
  ],
  // B2: which document was asked for is forgotten.
  'any-document': [
    {
      file: DOCUMENT,
      find: 'if (sealed.documentId !== null && manifest.document_id !== sealed.documentId) {',
      put: "if (!mutant('any-document') && sealed.documentId !== null && manifest.document_id !== sealed.documentId) {",
    },
  ],
  // B1, A12: for whom a document is made out does not matter.
  'any-addressee': [
    {
      file: DOCUMENT,
      find: 'if (!isAddressed(manifest, addressee)) throw',
      put: "if (!mutant('any-addressee') && !isAddressed(manifest, addressee)) throw",
    },
  ],
  // B4: a file that ends early is shown as far as it goes.
  'any-end': [
    {
      file: DOCUMENT,
      find: '      this.opener.finish();',
      put: "      try { this.opener.finish(); } catch (error) { if (!mutant('any-end')) throw error; }",
    },
    {
      file: DOCUMENT,
      find: 'if (this.size !== size || hex(this.hash.digest()) !== expected) throw mismatch();',
      put: "if (!mutant('any-end') && (this.size !== size || hex(this.hash.digest()) !== expected)) throw mismatch();",
    },
  ],
  // B5: a chunk that does not authenticate is decrypted all the same, and nothing is compared afterwards.
  'any-tag': [
    {
      file: 'core/age/stream.ts',
      find: '    // The kit fixes what a failing payload releases',
      put: "    if (mutant('any-tag')) { this.release(chacha20(key, chunkNonce(this.counter, final), sealed.subarray(0, -16), undefined, 1)); return; }\n    // The kit fixes what a failing payload releases",
    },
    {
      file: 'core/age/stream.ts',
      find: "import { chacha20poly1305 } from '@noble/ciphers/chacha.js';",
      put: "import { chacha20, chacha20poly1305 } from '@noble/ciphers/chacha.js';",
    },
    {
      file: DOCUMENT,
      find: '    const { sha256: expected, size } = this.card.manifest.plaintext;\n',
      put: "    if (mutant('any-tag')) return concat(...this.chunks);\n    const { sha256: expected, size } = this.card.manifest.plaintext;\n",
    },
  ],
  // A6, A8: stanzas of other types are passed over instead of refused.
  'any-stanza': [
    {
      file: SEALED,
      find: 'if (stanza.args[0] !== HYBRID_TYPE) throw',
      put: "if (mutant('any-stanza') && stanza.args[0] !== HYBRID_TYPE) continue;\n    if (stanza.args[0] !== HYBRID_TYPE && !mutant('classic')) throw",
    },
    {
      file: SEALED,
      find: 'const fileKey = unwrapFileKey(identity, stanza);',
      put: "if (mutant('any-stanza') && stanza.args[0] !== HYBRID_TYPE) continue;\n      const fileKey = unwrapFileKey(identity, stanza);",
    },
  ],
  // A7: a classical stanza opens too.
  classic: [
    {
      file: SEALED,
      find: '    parseHybridStanza(stanza);\n  }\n  return header;',
      put: "    if (!mutant('classic')) parseHybridStanza(stanza);\n  }\n  return header;",
    },
    {
      file: HYBRID,
      find: '  const encapsulated = parseHybridStanza(stanza);\n  const share',
      put: [
        "  if (mutant('classic') && stanza.args[0] === 'X25519') {",
        "    const [, sender = ''] = stanza.args;",
        '    const from = fromRawBase64(sender);',
        '    const shared = x25519.getSharedSecret(identity.x25519Secret, from);',
        '    const salt = concat(from, identity.recipient.publicKey.subarray(MLKEM_PUBLIC_SIZE));',
        "    const wrap = hkdfExpand(hkdfExtract(salt, shared), utf8('age-encryption.org/v1/X25519'), 32);",
        '    return chacha20poly1305(wrap, new Uint8Array(12)).decrypt(stanza.body);',
        '  }',
        '  const encapsulated = parseHybridStanza(stanza);\n  const share',
      ].join('\n'),
    },
  ],
  // A7: any version line will do.
  'any-version': [
    {
      file: 'core/age/header.ts',
      find: 'if (lines.next() !== VERSION_LINE) throw',
      put: "if (lines.next() !== VERSION_LINE && !mutant('any-version')) throw",
    },
  ],
  // A2: the keyring is whatever opens.
  'any-keyring': [
    {
      file: KEYRING,
      find: 'if (newestRecord(chain).keyring?.sha256 !== hex(sha256(file))) {',
      put: "if (!mutant('any-keyring') && newestRecord(chain).keyring?.sha256 !== hex(sha256(file))) {",
    },
    {
      file: KEYRING,
      find: '  requireNumbers(chain, keyring);\n  requireMethods',
      put: "  if (mutant('any-keyring')) return keyring;\n  requireNumbers(chain, keyring);\n  requireMethods",
    },
  ],
  // A9: one key for all vaults, and the city says whose vault it is.
  'any-vault': [
    {
      file: SIGN_IN,
      find: 'if (done.vaultId !== null && done.vaultId !== vaultId) throw',
      put: "if (!mutant('any-vault') && done.vaultId !== null && done.vaultId !== vaultId) throw",
    },
    {
      file: 'core/unlock.ts',
      find: "const seed = deriveKey(prf, 'unlock/passkey/v1', fromHex(vaultId, 32), fromHex(methodId));",
      put: "const seed = deriveKey(prf, 'unlock/passkey/v1', mutant('any-vault') ? new Uint8Array(32) : fromHex(vaultId, 32), fromHex(methodId));",
    },
  ],
  // B6: what this browser has seen of a vault is not compared.
  'no-pin': [
    {
      file: SIGN_IN,
      find: 'unlock, pinnedHead(vaultId));',
      put: "unlock, mutant('no-pin') ? null : pinnedHead(vaultId));",
    },
    {
      file: 'resident/session.svelte.ts',
      find: 'await this.trustRoot(), pinnedRoot());',
      put: "await this.trustRoot(), mutant('no-pin') ? 0 : pinnedRoot());",
    },
  ],
  // A3: what a decryption gave decides what is asked next.
  'asks-again': [
    {
      file: 'resident/flows/document.svelte.ts',
      find: '      const bytes = await this.session.bytes(row, sealed);',
      put: [
        '      let bytes;',
        '      try { bytes = await this.session.bytes(row, sealed); }',
        '      catch (thrown) {',
        "        if (mutant('asks-again')) await this.session.deps.api.body(row.id);",
        '        throw thrown;',
        '      }',
      ].join('\n'),
    },
  ],
  // B9: something is fetched that the document names.
  'fetches-title': [
    {
      file: 'resident/flows/document.svelte.ts',
      find: '      void this.sayOpened(row);',
      put: "      if (mutant('fetches-title')) void fetch(`/api/about?icon=${encodeURIComponent(manifest.title)}`);\n      void this.sayOpened(row);",
    },
  ],
  // B1: a key that has ended signs on.
  'any-time': [
    {
      file: 'core/cards.ts',
      find: 'if (card.key.until !== null) {',
      put: "if (card.key.until !== null && !mutant('any-time')) {",
    },
  ],
  // D1: one log of the city's own is enough.
  'any-quorum': [
    {
      file: 'core/tlog/checkpoint.ts',
      find: 'const witnessed = policy.quorum > 0 && cosignatures.length >= policy.quorum;',
      put: "const witnessed = mutant('any-quorum') || (policy.quorum > 0 && cosignatures.length >= policy.quorum);",
    },
  ],
  // D7: a log that has ended signs on.
  'any-log-time': [
    {
      file: 'core/tlog/checkpoint.ts',
      find: 'const until = log.until ??',
      put: "const until = (mutant('any-log-time') ? null : log.until) ??",
    },
  ],
  // A5: the city says when keys change.
  'obeys-rotation': [
    {
      file: SIGN_IN,
      find: '    pinHead(vaultId, seen.head);',
      put: [
        "    if (mutant('obeys-rotation') && vault.rotate) {",
        '      const { methods } = await this.session.deps.api.session();',
        '      const kit = await keys.makeKit();',
        "      const change = await keys.addMethod({ kind: 'kit', text: kit.text }, 'kit', methods);",
        '      await this.session.deps.api.putKeyring({ ...change, challenge: null, credential: null });',
        '    }',
        '    pinHead(vaultId, seen.head);',
      ].join('\n'),
    },
  ],
  // A9, E2: the city chooses what the authenticator is asked, and gets all of its answer.
  'server-options': [
    {
      file: 'api/client.ts',
      find: "  challenge: () => answer(client.POST('/api/sessions/challenge', { ...CHANGES, body: {} })),",
      put: "  challenge: () => answer(client.POST('/api/sessions/challenge', { ...CHANGES, body: {} })).then((said) => { globalThis.served = said; return said; }),",
    },
    {
      file: WEBAUTHN,
      find: '  return { prf: { eval: { first: await prfSalt() } } };',
      put: "  if (mutant('server-options')) return { prf: { eval: { first: fromBase64(globalThis.served.salt) } } };\n  return { prf: { eval: { first: await prfSalt() } } };",
    },
    {
      file: WEBAUTHN,
      find: "        rpId,\n        userVerification: 'required',",
      put: "        rpId: mutant('server-options') ? globalThis.served.rp_id : rpId,\n        userVerification: mutant('server-options') ? globalThis.served.user_verification : 'required',",
    },
    {
      file: WEBAUTHN,
      find: '  const prf = takePrf(credential.getClientExtensionResults());\n',
      put: [
        '  const outputs = credential.getClientExtensionResults();',
        "  const told = mutant('server-options') && { clientExtensionResults: JSON.stringify([...new Uint8Array(outputs.prf.results.first)]) };",
        '  const prf = takePrf(outputs);\n',
      ].join('\n'),
    },
    {
      file: WEBAUTHN,
      find: '    credential: assertionReply(credential),',
      put: '    credential: { ...assertionReply(credential), ...told },',
    },
  ],
  // A9: whose the city says that the ways in are.
  'any-methods': [
    {
      file: 'core/derived-method.ts',
      find: 'if (row === undefined || !isWhole(row))',
      put: "if (row === undefined || (!mutant('any-methods') && !isWhole(row)))",
    },
  ],
  // A10: for whom, and in whose place, the city says that a passkey is made.
  'any-place': [
    {
      file: 'resident/flows/ways-in.svelte.ts',
      find: '      const { vaultId, keep } = await keys.passkeyPlace(methods);\n',
      put: [
        "      const { vaultId, keep } = mutant('any-place')",
        '        ? { vaultId: (await api.session()).vault_id, keep: methods.map((one) => one.credential_id) }',
        '        : await keys.passkeyPlace(methods);\n',
      ].join('\n'),
    },
  ],
  // B3: the list says who wrote, as the catalogue has it.
  'shows-hints': [
    {
      file: 'resident/screens/DocumentRow.svelte',
      find: '<span>{name(manifest.issuerNames)}</span>',
      put: "<span>{mutant('shows-hints') ? (entry.row.sealed?.issuer ?? '') : name(manifest.issuerNames)}</span>",
    },
  ],
  // B3: whoever sealed an index to the vault has made it.
  'any-index': [
    {
      file: 'core/index-file.ts',
      find: "await verifyStatement(envelope, 'vault-index', [owner.rootKey]);",
      put: "if (!mutant('any-index')) await verifyStatement(envelope, 'vault-index', [owner.rootKey]);",
    },
  ],
  // B7: what the index knows and the city no longer counts is not compared.
  'any-places': [
    {
      file: 'resident/shelf.svelte.ts',
      find: '      if (first) this.missing',
      put: "      if (first && !mutant('any-places')) this.missing",
    },
  ],
};
