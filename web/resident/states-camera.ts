/** States of the camera: before the square of a letter, before that of a kit, and where there is none. */

import type { PageState } from './page-state.ts';

const code = { at: 'typing', code: '', failure: null } as const;
const kit = { at: 'kit', because: 'asked', failure: null } as const;

/** The states of a square that is held up. */
export const cameraStates: readonly PageState[] = [
  { id: 'open-camera-asking', path: '/ouvrir', screen: 'open', view: code, camera: 'asking' },
  { id: 'open-camera', path: '/ouvrir', screen: 'open', view: code, camera: 'sheet' },
  { id: 'open-camera-other', path: '/ouvrir', screen: 'open', view: code, camera: 'other' },
  { id: 'open-camera-refused', path: '/ouvrir', screen: 'open', view: code, camera: 'refused' },
  { id: 'open-camera-missing', path: '/ouvrir', screen: 'open', view: code, camera: 'missing' },
  { id: 'sign-in-kit-camera', path: '/connexion', screen: 'welcome', view: kit, camera: 'sheet' },
  { id: 'sign-in-kit-camera-other', path: '/connexion', screen: 'welcome', view: kit, camera: 'other' },
  { id: 'sign-in-kit-camera-missing', path: '/connexion', screen: 'welcome', view: kit, camera: 'missing' },
];
