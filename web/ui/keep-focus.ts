/**
 * The focus is never lost: where what had it is taken away and nothing else asked for it, the heading of the smallest part that is
 * still there takes it, so that who listens, or goes by keyboard, stays where they were. And what has it stays in sight when what
 * comes above pushes it down: the pages of a document come late, and grow.
 */

const HEADINGS = 'h1, h2, h3';

function headingIn(part: HTMLElement): HTMLElement | null {
  return part.matches(HEADINGS) ? part : part.querySelector<HTMLElement>(HEADINGS);
}

function isLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

const isInSight = (top: number, bottom: number): boolean => bottom > 0 && top < innerHeight;

/** Watches one part of the page, for as long as it is there (a Svelte action). */
export function keepFocus(root: HTMLElement): { destroy(): void } {
  /** What has the focus, and what it stands in, innermost first. */
  let path: readonly HTMLElement[] = [];
  /** Where on the page the focus stood last. */
  let place = 0;

  const placeOf = (one: HTMLElement): number => one.getBoundingClientRect().top + scrollY;

  function remember({ target }: FocusEvent): void {
    const found: HTMLElement[] = [];
    for (
      let one = target instanceof HTMLElement ? target : null;
      one !== null && root.contains(one);
      one = one.parentElement
    )
      found.push(one);
    path = found;
    if (found[0]) place = placeOf(found[0]);
  }

  function follow(): void {
    const one = path[0];
    if (one !== document.activeElement || !(one instanceof HTMLElement)) return;
    const { top, bottom } = one.getBoundingClientRect();
    const moved = placeOf(one) - place;
    place += moved;
    if (moved !== 0 && isInSight(top - moved, bottom - moved) && !isInSight(top, bottom))
      scrollBy({ top: moved, behavior: 'instant' });
  }

  function restore(): void {
    if (!isLost() || path[0]?.isConnected !== false) return;
    for (const part of path.filter(({ isConnected }) => isConnected)) {
      const heading = headingIn(part);
      if (heading === null) continue;
      if (!heading.hasAttribute('tabindex')) heading.tabIndex = -1;
      heading.focus();
      return;
    }
  }

  const observer = new MutationObserver(() => {
    // Whatever takes its place may ask for the focus itself, and goes first.
    if (path[0]?.isConnected === false) setTimeout(restore);
  });
  observer.observe(root, { childList: true, subtree: true });
  const sizes = new ResizeObserver(follow);
  sizes.observe(root);
  root.addEventListener('focusin', remember);
  return {
    destroy: () => {
      observer.disconnect();
      sizes.disconnect();
      root.removeEventListener('focusin', remember);
    },
  };
}
