"""The transparency log: Merkle tree, tiles, checkpoints, proofs, sequencer, witness (docs/spec/log.md)."""
