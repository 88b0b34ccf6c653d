"""`python -m voute.server`: serve the city that the environment describes."""

from voute.server.run import serve
from voute.server.settings import load_settings

if __name__ == "__main__":
    serve(load_settings())
