"""What handlers are given: the city, its settings, who is signed in."""

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from voute.app.city import City
from voute.app.ports import Holder
from voute.core.ids import Slug
from voute.server.settings import Settings

TheCity = NamedDependency[City]
TheHolder = NamedDependency[Holder]
TheIssuer = NamedDependency[Slug]
# Validating would take the dataclass apart and put it together again, which a union of networks does not allow.
TheSettings = NamedDependency[SkipValidation[Settings]]
