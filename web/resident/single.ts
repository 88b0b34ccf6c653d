/** One run of something at a time: whoever asks meanwhile waits for the same one. */
export class Single {
  private running: Promise<void> | null = null;

  /** Joins the run that is under way, or begins one. */
  async run(act: () => Promise<void>): Promise<void> {
    if (this.running === null) {
      const mine = act().finally(() => {
        // Forgotten meanwhile, perhaps, and another one begun.
        if (this.running === mine) this.running = null;
      });
      this.running = mine;
    }
    await this.running;
  }

  /** What is under way is nobody's any more: the next call begins anew. */
  forget(): void {
    this.running = null;
  }
}
