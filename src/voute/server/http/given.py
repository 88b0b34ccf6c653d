"""What handlers are given: the city, its settings, who is signed in."""

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from voute.app.city import City
from voute.app.ports import Holder
from voute.core.ids import Slug
from voute.server.settings import Settings

# Ours, not a visitor's: validating would take these apart and put them together again on every request.
TheCity = NamedDependency[SkipValidation[City]]
TheHolder = NamedDependency[SkipValidation[Holder]]
TheIssuer = NamedDependency[SkipValidation[Slug]]
TheSettings = NamedDependency[SkipValidation[Settings]]
