/** pdf.js's data (character maps, fonts), handed to the frame as one file: the frame asks nobody for anything. */

/** Opens the file that the build packed (`ui/build/assets.ts`); gives a file in it by its name. */
export async function unpack(packed: ArrayBuffer): Promise<(name: string) => Uint8Array | null> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const index = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Readonly<
    Record<string, readonly [number, number]>
  >;
  const places = new Map(Object.entries(index));
  return (name) => {
    const [place, size] = places.get(name) ?? [];
    // A copy: pdf.js transfers what it is given.
    return place === undefined || size === undefined
      ? null
      : bytes.slice(4 + length + place, 4 + length + place + size);
  };
}

const FOLDERS: Readonly<Record<string, string>> = { cMapUrl: 'cmaps', standardFontDataUrl: 'standard_fonts' };

/** What pdf.js asks for its data, made for one document. */
export function dataFactory(data: Promise<(name: string) => Uint8Array | null>): unknown {
  return class {
    async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
      const found = (await data)(`${FOLDERS[kind] ?? ''}/${filename}`);
      if (found === null) throw new Error('no such data');
      return found;
    }
  };
}
