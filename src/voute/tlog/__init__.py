"""The transparency log: Merkle tree, tiles, notes, checkpoints, cosignatures, proofs, sequencer, witness (docs/spec/log.md)."""
