"""Where an S3 server is; no library is needed to know it."""


def s3_address(region: str, *named: str) -> str:
    """Return the first address that is named (empty ones name nothing), else Amazon's for the region.

    Source: AWS General Reference, Amazon S3 endpoints.
    """
    return next(filter(None, named), f"https://s3.{region}.amazonaws.com")
