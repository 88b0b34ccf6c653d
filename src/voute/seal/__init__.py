"""The client side of sealing: whoever holds keys imports this package, the server never does."""
