"""The city's use cases, one file each: rules over ports, synchronous, without HTTP, without drivers, without `voute.seal`."""
