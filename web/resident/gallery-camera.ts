/** Cameras of the gallery: a sheet drawn as one would see it, or the reason why there is none. Not part of the release. */

import { encode } from 'uqr';
import { PageError } from '../ui/errors.ts';
import type { Camera, OpenCamera } from './scan.ts';

/** What a camera of the gallery sees, or why it sees nothing. */
export type Sight = 'asking' | 'sheet' | 'other' | 'refused' | 'missing';

const SIZE = [640, 480] as const;
const FRAMES_A_SECOND = 5;
const ELSEWHERE = 'https://elsewhere.example/ouvrir';

/** A letter on a table; `square` is what its square says, null for one that is still out of the picture. */
function film(square: string | null): Camera {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = SIZE;
  const context = canvas.getContext('2d');
  const draw = (): void => {
    if (!context) return;
    context.fillStyle = '#6b5a48';
    context.fillRect(0, 0, ...SIZE);
    context.fillStyle = '#f4f2ec';
    context.fillRect(60, 40, 520, 440);
    context.fillStyle = '#8a8880';
    for (let line = 0; line < 9; line++) context.fillRect(100, 90 + line * 40, line % 3 === 2 ? 120 : 200, 10);
    if (square === null) return;
    const { data, size } = encode(square, { ecc: 'M', border: 0 });
    const module = Math.floor(200 / size);
    context.fillStyle = '#222';
    data.forEach((row, y) => {
      row.forEach((dark, x) => {
        if (dark) context.fillRect(350 + x * module, 120 + y * module, module, module);
      });
    });
  };
  draw();
  const timer = setInterval(draw, 1000 / FRAMES_A_SECOND);
  const stream = canvas.captureStream(FRAMES_A_SECOND);
  return {
    stream,
    close: () => {
      clearInterval(timer);
    },
  };
}

const none = (code: 'camera-refused' | 'camera-missing') => async (): Promise<Camera> =>
  Promise.reject(new PageError(code));

/** How each is opened. */
export const CAMERAS: Readonly<Record<Sight, OpenCamera>> = {
  asking: async () => new Promise(() => undefined),
  sheet: async () => Promise.resolve(film(null)),
  other: async () => Promise.resolve(film(ELSEWHERE)),
  refused: none('camera-refused'),
  missing: none('camera-missing'),
};
