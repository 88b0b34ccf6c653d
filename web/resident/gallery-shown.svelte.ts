/** Which state the gallery shows now. */

import type { PageState } from './page-state.ts';

export class Shown {
  state: PageState;

  constructor(first: PageState) {
    this.state = $state.raw(first);
  }
}
