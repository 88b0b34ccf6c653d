/** What a state of a screen is: its address and the view that shows it. Nothing here is part of the release. */

import type { VerifyView } from '../verify/flow.svelte.ts';
import type { DevicesView } from './flows/devices.svelte.ts';
import type { DisownView } from './flows/disown.svelte.ts';
import type { DocumentHold, DocumentView } from './flows/document.svelte.ts';
import type { ElsewhereView } from './flows/elsewhere.svelte.ts';
import type { NoticesView } from './flows/notices.svelte.ts';
import type { OpenView } from './flows/open.svelte.ts';
import type { PaperView } from './flows/paper.svelte.ts';
import type { SignInView } from './flows/sign-in.svelte.ts';
import type { WaysInView } from './flows/ways-in.svelte.ts';
import type { Sight } from './gallery-camera.ts';
import type { DocumentsView } from './list.ts';
import type { LockReason } from './session.svelte.ts';
import type { Example } from './viewer/print.ts';

/** The page of ways in, with its sections. */
export interface WaysInState {
  readonly screen: 'ways-in';
  readonly view: WaysInView;
  readonly elsewhere?: ElsewhereView;
  readonly notices?: NoticesView;
  readonly devices?: DevicesView;
}

/** A state: its id, the address it belongs to, and the view of its screen. */
export type PageState = {
  readonly id: string;
  readonly path: string;
  /** False for the notice that there is no connection. */
  readonly online?: boolean;
  /** Where the city's coat of arms is, if it has one. */
  readonly arms?: string;
  /** True on a computer that others use. */
  readonly shared?: boolean;
  /** What the camera sees, or why there is none. */
  readonly camera?: Sight;
  /** Seconds until the vault locks, where the person is warned. */
  readonly left?: number;
} & (
  | {
      readonly screen: 'welcome';
      readonly view: SignInView;
      readonly reason?: LockReason;
      readonly returning?: boolean;
    }
  | { readonly screen: 'open'; readonly view: OpenView }
  | { readonly screen: 'documents'; readonly view: DocumentsView }
  | {
      readonly screen: 'document';
      readonly view: DocumentView;
      readonly hold?: DocumentHold;
      readonly coming?: number;
      readonly example?: Example;
    }
  | { readonly screen: 'evidence'; readonly view: DocumentView }
  | { readonly screen: 'disown'; readonly view: DisownView }
  | WaysInState
  | { readonly screen: 'paper'; readonly view: PaperView }
  | { readonly screen: 'privacy'; readonly officer: string | null; readonly contact: string | null }
  | { readonly screen: 'terms' }
  | { readonly screen: 'not-found' }
  | { readonly screen: 'verify'; readonly view: VerifyView }
);
