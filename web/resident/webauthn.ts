/**
 * Passkeys and chip cards: the only place that touches `navigator.credentials` (it does not exist in workers).
 *
 * One ceremony signs in and yields the PRF output that unlocks. What goes to the server is rebuilt key by key from the allow-list
 * of `docs/spec/vault.md`, so extension results can't travel. PRF bytes are given to the caller once, in a buffer of their own that
 * the key holder's worker receives by transfer and zeroes; the browser's own copy is zeroed here.
 */

import { base64url, fromBase64, fromBase64url, fromHex, hex } from '../core/bytes.ts';
import type { KnownCredential, NewCredential } from '../api/client.ts';
import { PageError } from '../ui/errors.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a ceremony gives: the reply for the server, the credential id, and the PRF output if the authenticator has it. */
export interface Ceremony<Credential> {
  readonly credential: Credential;
  readonly credentialId: Bytes;
  /** 32 bytes, or null: not given at creation, or not at all. */
  readonly prf: Bytes | null;
  /** Whether the authenticator says that it can do PRF: when true and `prf` is null, one more `get` gives it. */
  readonly prfPossible: boolean;
  /** Vault id from the user handle (hex), when the authenticator gave one. */
  readonly vaultId: string | null;
}

interface PrfOutputs {
  readonly prf?: { readonly enabled?: boolean; readonly results?: { readonly first?: ArrayBuffer | ArrayBufferView } };
}

const PRF_LENGTH = 32;
const CHALLENGE_LENGTH = 32;
const CEREMONY_TIMEOUT_MS = 300_000;
// EdDSA, ES256, RS256: what the server verifies, best first.
const ALGORITHMS = [-8, -7, -257];

/** `HASH("prf/v1")` of `docs/spec/encoding.md`: the fixed product salt, the same for everyone, chosen by no server. */
async function prfSalt(): Promise<ArrayBuffer> {
  const label = new TextEncoder().encode('voute/prf/v1');
  const input = new Uint8Array(4 + label.length);
  new DataView(input.buffer).setUint32(0, label.length);
  input.set(label, 4);
  return crypto.subtle.digest('SHA-256', input);
}

/** The city's challenge: 32 bytes and nothing else, so that what is signed here is no statement of another kind. */
function challengeOf(written: string): Bytes {
  try {
    const challenge = fromBase64(written) as Bytes;
    if (challenge.length === CHALLENGE_LENGTH) return challenge;
  } catch {
    // Said below.
  }
  throw new PageError('server');
}

async function prfExtension(): Promise<AuthenticationExtensionsClientInputs> {
  return { prf: { eval: { first: await prfSalt() } } };
}

/** Whether this browser knows passkeys at all. */
export function passkeysExist(): boolean {
  return typeof PublicKeyCredential === 'function' && typeof navigator.credentials === 'object';
}

function takePrf(outputs: PrfOutputs): Bytes | null {
  const first = outputs.prf?.results?.first;
  if (first === undefined) return null;
  const view = ArrayBuffer.isView(first)
    ? new Uint8Array(first.buffer as ArrayBuffer, first.byteOffset, first.byteLength)
    : new Uint8Array(first);
  const own = new Uint8Array(view);
  view.fill(0);
  return own.length === PRF_LENGTH ? own : null;
}

const text = (buffer: ArrayBuffer): string => base64url(new Uint8Array(buffer));

function registrationReply(credential: PublicKeyCredential): NewCredential {
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    id: credential.id,
    type: 'public-key',
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

function assertionReply(credential: PublicKeyCredential): KnownCredential {
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    type: 'public-key',
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
    },
  };
}

/** Browsers name refusals by `DOMException`; a person needs only: you stopped it, it is already there, it can't be done here. */
function refusal(thrown: unknown): PageError {
  const kind = thrown instanceof DOMException ? thrown.name : '';
  if (kind === 'NotAllowedError' || kind === 'AbortError') return new PageError('passkey-cancelled');
  if (kind === 'InvalidStateError') return new PageError('passkey-exists');
  if (kind === 'NotSupportedError' || kind === 'ConstraintError') return new PageError('passkey-unsupported');
  if (kind === 'SecurityError') return new PageError('passkey-wrong-site');
  return new PageError('passkey-failed');
}

async function ceremony(run: () => Promise<unknown>): Promise<PublicKeyCredential> {
  if (!passkeysExist()) throw new PageError('passkey-unsupported');
  let credential: unknown;
  try {
    credential = await run();
  } catch (thrown) {
    throw refusal(thrown);
  }
  if (!(credential instanceof PublicKeyCredential)) throw new PageError('passkey-failed');
  return credential;
}

function userHandle(credential: PublicKeyCredential): string | null {
  const handle = (credential.response as AuthenticatorAssertionResponse).userHandle;
  if (!handle) return null;
  return hex(new Uint8Array(handle));
}

/** What a new passkey is made for. */
export interface CreateWish {
  readonly challenge: string;
  readonly rpId: string;
  readonly cityName: string;
  readonly vaultId: string;
  readonly label: string;
  /** Credential ids already in use (base64url): the same authenticator is not enrolled twice. */
  readonly exclude: readonly string[];
  /** On a computer that others use: the passkey is to live on the person's telephone or key, not here. */
  readonly elsewhere: boolean;
}

/**
 * Creates a discoverable passkey for a vault and asks for its PRF output in the same prompt.
 *
 * Rejects with `passkey-cancelled`, `passkey-exists`, `passkey-unsupported`, `passkey-wrong-site` or `passkey-failed`.
 */
export async function createPasskey(wish: CreateWish): Promise<Ceremony<NewCredential>> {
  const challenge = challengeOf(wish.challenge);
  const extensions = await prfExtension();
  const credential = await ceremony(() =>
    navigator.credentials.create({
      publicKey: {
        challenge,
        rp: { id: wish.rpId, name: wish.cityName },
        user: { id: fromHex(wish.vaultId) as Bytes, name: wish.label, displayName: wish.label },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: {
          residentKey: 'required',
          requireResidentKey: true,
          userVerification: 'required',
          ...(wish.elsewhere ? { authenticatorAttachment: 'cross-platform' as const } : {}),
        },
        excludeCredentials: wish.exclude.map((id) => ({ type: 'public-key', id: fromBase64url(id) as Bytes })),
        attestation: 'none',
        timeout: CEREMONY_TIMEOUT_MS,
        extensions,
      },
    }),
  );
  const outputs = credential.getClientExtensionResults() as PrfOutputs;
  const prf = takePrf(outputs);
  return {
    credential: registrationReply(credential),
    credentialId: new Uint8Array(credential.rawId),
    prf,
    prfPossible: prf !== null || outputs.prf?.enabled === true,
    vaultId: wish.vaultId,
  };
}

/**
 * Asks for a passkey: signs the challenge and gives the PRF output. With `only`, that one credential is asked for (the second,
 * explained prompt of authenticators that give PRF only at `get`); without, the person chooses.
 */
export async function usePasskey(
  challenge: string,
  rpId: string,
  only: Bytes | null = null,
): Promise<Ceremony<KnownCredential>> {
  const asked = challengeOf(challenge);
  const extensions = await prfExtension();
  const credential = await ceremony(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: asked,
        rpId,
        userVerification: 'required',
        allowCredentials: only ? [{ type: 'public-key', id: only }] : [],
        timeout: CEREMONY_TIMEOUT_MS,
        extensions,
      },
    }),
  );
  const prf = takePrf(credential.getClientExtensionResults());
  return {
    credential: assertionReply(credential),
    credentialId: new Uint8Array(credential.rawId),
    prf,
    prfPossible: prf !== null,
    vaultId: userHandle(credential),
  };
}
