/** Handing a file to the person: saved by the browser, named by us, forgotten afterwards. */

const REVOKE_AFTER_MS = 60_000;
const alive = new Set<string>();

function revoke(address: string): void {
  alive.delete(address);
  URL.revokeObjectURL(address);
}

/** Saves bytes under a name. The address of the blob lives one minute: some browsers read it late. */
export function saveFile(blob: Blob, fileName: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  alive.add(address);
  setTimeout(() => {
    revoke(address);
  }, REVOKE_AFTER_MS);
}

/** Forgets every file that was handed over and still has an address. */
export function forgetFiles(): void {
  alive.forEach(revoke);
}

/** A title as a file name: letters, digits and single hyphens, never empty. */
export function fileNameOf(title: string, extension: string): string {
  const bare = title
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 80);
  return `${bare === '' ? 'document' : bare}.${extension}`;
}

/** Whether this device can hand a file to other programs. */
export function canShare(file: File): boolean {
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [file] });
}

/** Opens the device's own share sheet; closing it is no failure. Says whether the device took the file or the person closed it. */
export async function shareFile(file: File): Promise<boolean> {
  try {
    await navigator.share({ files: [file] });
    return true;
  } catch (thrown) {
    return thrown instanceof DOMException && thrown.name === 'AbortError';
  }
}
