"""The harness: an injector, a model of a power failure, child processes, a city and its operations, a checker."""
