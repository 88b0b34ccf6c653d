/**
 * The camera, for the square on a recovery kit or on a letter. Frames are looked at in this page and go nowhere: no picture is kept, and what was
 * drawn is wiped when the camera is closed.
 */

import { decodeQR } from 'qr/decode.js';

import { PageError } from '../ui/errors.ts';

/** Between two looks: a hand that holds a sheet moves slower. */
const LOOK_EVERY_MS = 150;
/** Enough to tell the modules of a kit's square apart; more only takes longer. */
const LONGEST_SIDE = 1280;

// Why a browser gives no camera (`getUserMedia`): the person or a rule of the device said no; all else is no camera to be had.
const REFUSED: ReadonlySet<string> = new Set(['NotAllowedError', 'SecurityError']);

/** A camera that is on. */
export interface Camera {
  readonly stream: MediaStream;
  /** Turns it off; the light beside it goes out. */
  close(): void;
}

/** Turns a camera on. Raises `camera-refused` or `camera-missing`. */
export type OpenCamera = () => Promise<Camera>;

/** Turns the camera on, the one at the back where there are two. Raises `camera-refused` or `camera-missing`. */
export async function openCamera(): Promise<Camera> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: 'environment', width: { ideal: LONGEST_SIDE } },
    });
    return {
      stream,
      close: () => {
        for (const track of stream.getTracks()) track.stop();
      },
    };
  } catch (error) {
    // Without a secure address there is no `mediaDevices`: a TypeError, and no camera.
    const refused = error instanceof DOMException && REFUSED.has(error.name);
    throw new PageError(refused ? 'camera-refused' : 'camera-missing');
  }
}

function readFrame(canvas: HTMLCanvasElement, video: HTMLVideoElement): string | null {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null || canvas.width === 0) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  try {
    return decodeQR(image);
  } catch {
    // No square in this frame, or one that is blurred: the next frame is another.
    return null;
  } finally {
    image.data.fill(0);
  }
}

/** Looks at what the camera sees until it is told to stop; each square that is read is handed over. */
export function look(video: HTMLVideoElement, read: (text: string) => void): () => void {
  const canvas = document.createElement('canvas');
  const timer = setInterval(() => {
    const text = readFrame(canvas, video);
    if (text !== null) read(text);
  }, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    canvas.width = 0;
  };
}
