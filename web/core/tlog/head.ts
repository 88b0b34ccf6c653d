/** Size and root of a log: what checkpoints carry, and what is cosigned. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}
