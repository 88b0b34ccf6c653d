"""Tables of signing in: credentials, challenges, sessions, rate limits (`voute.core.ports_vaults`)."""

from functools import cache
from typing import Final

from sqlalchemy import Executable, bindparam, delete, select, update

from voute.core.ids import Hash, VaultId
from voute.core.rows import ChallengeRow, CredentialRow, SessionRow
from voute.store.schema import challenges, credentials, rate_limits, sessions
from voute.store.sql import Session, upsertable

_CREDENTIAL: Final = select(credentials).where(credentials.c.credential_id == bindparam("credential_id"))
_CREDENTIALS: Final = (
    select(credentials)
    .where(credentials.c.vault_id == bindparam("vault_id"))
    .order_by(credentials.c.created_at, credentials.c.credential_id)
)
_USED: Final = (
    update(credentials)
    .where(credentials.c.credential_id == bindparam("key"))
    .values(sign_count=bindparam("count"), last_used_at=bindparam("now"))
)
_TAKE: Final = delete(challenges).where(challenges.c.challenge_hash == bindparam("key")).returning(*challenges.columns)
_SESSION: Final = select(sessions).where(sessions.c.token_hash == bindparam("token_hash"))
_SESSIONS: Final = (
    select(sessions)
    .where(sessions.c.kind == bindparam("kind"), sessions.c.subject == bindparam("subject"))
    .order_by(sessions.c.seen_at.desc(), sessions.c.token_hash)
)
_TOUCH: Final = update(sessions).where(sessions.c.token_hash == bindparam("key")).values(seen_at=bindparam("now"))


class SqlCredentials:
    """`Credentials` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def add(self, row: CredentialRow) -> None:
        """Keep a credential (`Credentials.add`)."""
        self._session.insert_all(credentials, [row])

    def get(self, credential_id: bytes, *, lock: bool = False) -> CredentialRow | None:
        """Return a credential (`Credentials.get`)."""
        statement = _CREDENTIAL.with_for_update() if lock else _CREDENTIAL
        return self._session.one(CredentialRow._make, statement, {"credential_id": credential_id})

    def of_vault(self, vault_id: VaultId) -> tuple[CredentialRow, ...]:
        """Return a vault's credentials (`Credentials.of_vault`)."""
        return self._session.all(CredentialRow._make, _CREDENTIALS, {"vault_id": vault_id})

    def used(self, credential_id: bytes, sign_count: int, now: int) -> None:
        """Note a use (`Credentials.used`)."""
        self._session.run(_USED, {"key": credential_id, "count": sign_count, "now": now})

    def remove(self, credential_id: bytes) -> None:
        """Forget a credential (`Credentials.remove`)."""
        self._session.run(credentials.delete().where(credentials.c.credential_id == credential_id))


class SqlChallenges:
    """`Challenges` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def add(self, row: ChallengeRow) -> None:
        """Keep a challenge (`Challenges.add`)."""
        self._session.insert_all(challenges, [row])

    def take(self, challenge_hash: Hash, purpose: str, now: int) -> ChallengeRow | None:
        """Remove and return it if it is good (`Challenges.take`)."""
        found = self._session.run(_TAKE, {"key": challenge_hash}).first()
        row = None if found is None else ChallengeRow._make(found)
        return row if row is not None and row.purpose == purpose and row.expires_at > now else None

    def purge(self, now: int) -> int:
        """Remove the expired ones (`Challenges.purge`)."""
        return self._session.run(challenges.delete().where(challenges.c.expires_at <= now)).rowcount


class SqlSessions:
    """`Sessions` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def add(self, row: SessionRow) -> None:
        """Keep a session (`Sessions.add`)."""
        self._session.insert_all(sessions, [row])

    def get(self, token_hash: Hash) -> SessionRow | None:
        """Return a session (`Sessions.get`)."""
        return self._session.one(SessionRow._make, _SESSION, {"token_hash": token_hash})

    def touch(self, token_hash: Hash, seen_at: int) -> None:
        """Note that it was seen (`Sessions.touch`)."""
        self._session.run(_TOUCH, {"key": token_hash, "now": seen_at})

    def remove(self, token_hash: Hash) -> None:
        """End a session (`Sessions.remove`)."""
        self._session.run(sessions.delete().where(sessions.c.token_hash == token_hash))

    def of(self, kind: str, subject: bytes) -> tuple[SessionRow, ...]:
        """Return the sessions of a subject (`Sessions.of`)."""
        return self._session.all(SessionRow._make, _SESSIONS, {"kind": kind, "subject": subject})

    def remove_of(self, kind: str, subject: bytes, keep: Hash | None = None) -> int:
        """End all sessions of a subject but one (`Sessions.remove_of`)."""
        ending = sessions.delete().where(sessions.c.kind == kind, sessions.c.subject == subject)
        return self._session.run(ending if keep is None else ending.where(sessions.c.token_hash != keep)).rowcount

    def purge(self, now: int, ahead: int) -> int:
        """Remove the expired ones (`Sessions.purge`)."""
        ended = (sessions.c.expires_at <= now) | (sessions.c.seen_at > ahead)
        return self._session.run(sessions.delete().where(ended)).rowcount


@cache
def _hit(*, is_sqlite: bool) -> Executable:
    insert = upsertable(rate_limits, is_sqlite=is_sqlite)
    keys = [column.name for column in rate_limits.primary_key]
    added = {"count": rate_limits.c.count + insert.excluded["count"]}
    return insert.on_conflict_do_update(index_elements=keys, set_=added).returning(rate_limits.c.count)


class SqlLimits:
    """`Limits` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def hit(self, route: str, client: str, window: int, calls: int = 1) -> int:
        """Count calls in one statement (`Limits.hit`)."""
        values = {"route": route, "client": client, "window": window, "count": calls}
        return int(self._session.run(_hit(is_sqlite=self._session.is_sqlite), values).scalar_one())

    def purge(self, before: int) -> int:
        """Remove old windows (`Limits.purge`)."""
        return self._session.run(rate_limits.delete().where(rate_limits.c.window < before)).rowcount
