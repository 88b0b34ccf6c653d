// The independent age implementation of npm, driven by the tests: one JSON on stdin, one JSON on stdout, bytes in base64.
// {"keys": n, "open": [{"identity", "file"}], "seal": [{"recipients", "plaintext"}]} gives
// {"keys": [{"identity", "recipient"}], "open": [plaintext | null], "seal": [file]}; null: refused.
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const { resolve } = createRequire(new URL('../../web/package.json', import.meta.url));
const age = await import(pathToFileURL(resolve('age-encryption')).href);

const bytes = (value) => Uint8Array.from(Buffer.from(value, 'base64'));
const base64 = (value) => Buffer.from(value).toString('base64');

async function makeKey() {
  const identity = await age.generateHybridIdentity();
  return { identity, recipient: await age.identityToRecipient(identity) };
}

async function open({ identity, file }) {
  const decrypter = new age.Decrypter();
  decrypter.addIdentity(identity);
  try {
    return base64(await decrypter.decrypt(bytes(file)));
  } catch {
    return null;
  }
}

async function seal({ recipients, plaintext }) {
  const encrypter = new age.Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return base64(await encrypter.encrypt(bytes(plaintext)));
}

const jobs = JSON.parse(await text(process.stdin));
const results = { keys: [], open: [], seal: [] };
for (let i = 0; i < jobs.keys; i++) results.keys.push(await makeKey());
for (const job of jobs.open) results.open.push(await open(job));
for (const job of jobs.seal) results.seal.push(await seal(job));
process.stdout.write(JSON.stringify(results));
