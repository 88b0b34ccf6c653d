"""Drivers of the ports: catalogue (SQLAlchemy Core), blobs and tiles and locks (posix, memory). Named by `voute.server` alone."""
