"""What acts lead to in the gallery: a state, the button that is pressed there, and the states that follow in the same page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Act:
    """A button is pressed in a state; then others follow, the last of which has something to say."""

    begin: str
    button: str
    then: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.begin}-to-{self.then[-1]}"


FAILING = (
    Act("welcome", "Ouvrir mon coffre", ("welcome-prompt", "welcome-refused")),
    Act("welcome", "Ouvrir mon coffre", ("welcome-prompt", "welcome-cancelled")),
    Act("sign-in-kit", "Ouvrir avec la trousse", ("welcome-opening", "sign-in-kit-invalid")),
    *(
        Act("open-typing", "Voir ce qui m’attend", ("open-checking", failing))
        for failing in (
            *("open-typing-symbol", "open-typing-check", "open-typing-length", "open-unknown"),
            *("open-used", "open-frozen", "open-revoked", "open-empty", "open-refused", "open-offline"),
        )
    ),
    Act("open-letter", "Ouvrir mon coffre", ("open-prompt", "open-letter-cancelled")),
    Act("open-letter", "Ouvrir mon coffre", ("open-prompt", "open-making", "open-unsent")),
    Act("open-give-used", "Bloquer ce code", ("open-give-busy", "open-give-failed")),
    Act("documents", "Marquer comme traité", ("documents-unmarked",)),
    Act("documents-failed", "Réessayer", ("documents-loading", "documents-failed")),
    Act("document-refused", "Réessayer", ("document-loading", "document-refused")),
    Act("document-deleted-late", "Redemander la preuve", ("document-deleted-waiting", "document-deleted-refused")),
    Act("evidence-waiting", "Réessayer", ("evidence-refused",)),
    Act("paper-asking", "Je choisis le coffre seulement", ("paper-signing", "paper-unsent")),
    Act("paper-asking", "Je choisis le coffre seulement", ("paper-signing", "paper-conflict")),
    Act("paper-failed", "Réessayer", ("paper-loading", "paper-refused")),
    Act("ways-in", "Ajouter une clé d’accès", ("ways-in-no-prf",)),
    Act("ways-in-drill", "Essayer la trousse", ("ways-in-drill-wrong",)),
    Act("ways-in-elsewhere", "Fermer partout ailleurs", ("ways-in-elsewhere-closing", "ways-in-elsewhere-failed")),
    Act("ways-in-notices-unconfirmed", "Confirmer l’adresse", ("ways-in-notices-wrong-code",)),
    Act("ways-in-notices", "Recevoir des avis", ("ways-in-notices-unreachable",)),
    Act("ways-in-devices-off", "Activer les avis ici", ("ways-in-devices-busy", "ways-in-devices-refused")),
    Act("ways-in-failed", "Réessayer", ("ways-in-loading", "ways-in-failed")),
)
"""Every error of the gallery that somebody comes to by pressing something."""
