/** What a message to a device says, as `docs/spec/push.md` has it; anything else is nothing. */

export interface PushMessage {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly language: 'fr' | 'en';
}

const KEYS = 'body,language,tag,title,version';
const TAGS: ReadonlySet<unknown> = new Set(['hello', 'documents', 'way-in', 'frozen']);
/** Signs of a title or a body: a city's message has 1,024 bytes. */
const LONGEST = 1024;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST;

/** What is shown when a message can't be read: a browser asks that something be shown. */
export const UNREADABLE: PushMessage = {
  title: 'Du nouveau dans votre coffre',
  body: 'Something new in your vault.',
  tag: 'documents',
  language: 'fr',
};

/** Reads a message; null if it is none. */
export function parseMessage(text: string): PushMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).sort().join(',') !== KEYS) return null;
  const { title, body, tag, language, version } = value as Record<string, unknown>;
  if (version !== 1 || !isText(title) || !isText(body) || !TAGS.has(tag)) return null;
  if (language !== 'fr' && language !== 'en') return null;
  return { title, body, tag: tag as string, language };
}
