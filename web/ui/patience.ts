/** How long a page waits for its city: an answer that never begins, whose head never ends or that stops half-way is no answer. */

/** A phone on a train: long enough for a slow network, short enough that nobody stares at a spinner that will never end. */
export const PATIENCE_MS = 45_000;

/** A limit to each pause, for a reply that may be longer than a slow line carries in the time that a reply has. */
export class Patience {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.again();
  }

  /** Aborts once nothing came for `PATIENCE_MS`. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Something came. */
  again(): void {
    this.end();
    this.timer = setTimeout(() => {
      this.controller.abort();
    }, PATIENCE_MS);
  }

  /** Nothing more is waited for. */
  end(): void {
    clearTimeout(this.timer);
  }
}

/** The bytes of a reply as they come; ends the patience with them. Raises what the browser raises when they break off. */
export async function* piecesOf(
  body: ReadableStream<Uint8Array>,
  patience: Patience,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const reader = body.getReader();
  let isWhole = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isWhole = done;
      if (done) return;
      patience.again();
      yield new Uint8Array(value);
    }
  } finally {
    patience.end();
    // Whoever wants no more leaves the rest on the line; an answer that is given up in its last moment has failed for the browser.
    if (!isWhole) void reader.cancel().catch(() => undefined);
  }
}
