"""A sender and a letter that tests change one thing of."""

from dataclasses import replace
from datetime import date

from voute.core.values import Names
from voute.paper.letter import Letter, LetterKind, Sender

SENDER = Sender(
    city=Names(en="Ville de Val-des-Cèdres", fr="Ville de Val-des-Cèdres"),
    office=Names(en="Finance Department · Taxation", fr="Service des finances · Taxation"),
    issuer=Names(en="Finances", fr="Finances"),
    phone="819 555-0142",
    hours=Names(en="Monday to Friday, 8:30 to 16:30", fr="du lundi au vendredi, de 8 h 30 à 16 h 30"),
    origin="https://coffre.val-des-cedres.example",
    fingerprint="3F8K-ZQ2M-9TR4-XB70",
    written_on=date(2026, 2, 2),
)
LETTER = Letter(
    recipient=("Élise Fontaine-Ouellet", "1428, rue des Érables-Argentés", "Val-des-Cèdres (Québec)\u00a0\u00a0G9Z\u00a01A1"),
    document="Compte de taxes municipales 2026",
    reference="Matricule 4218-93-0571-2-000-0000",
    kind=LetterKind.CODE,
    code="7KQ2-M9XD-04RT-HB6V-WZ3N-P5CJ",
)
IN_VAULT = replace(LETTER, kind=LetterKind.VAULT, code=None)
ON_PAPER = replace(LETTER, kind=LetterKind.PAPER, code=None)
CHOICES = (
    Names(
        fr="Compte de taxes : sans papier, depuis le 3 mars 2025. Vous pouvez changer d’avis d’un geste, ou au téléphone.",
        en="Tax bill: paperless, since March 3, 2025. You can change your mind with one tap, or by phone.",
    ),
    Names(fr="Permis : papier et coffre.", en="Permits: paper and vault."),
)
FULLEST = replace(
    LETTER,
    recipient=(
        "Société de gestion immobilière des Érables-Argentés et de la Rivière-aux-Brochets inc.",
        "a/s Mme Marie-Ève L’Écuyer-Œuvrard",
        "12345, boul. du Curé-Labelle O., bureau 1200",
        "Saint-Jean-Port-Joli (Québec)\u00a0\u00a0G9Z\u00a01A1",
    ),
    document="Avis d’évaluation foncière révisée et compte complémentaire " * 3 + "2026 – Ñ",
    reference="4218-93-0571-2-000-0000 " * 4,
    choices=CHOICES,
    enclosed=True,
    mark="12-500",
)
"""As much as a row may hold: title and reference at their limits, five lines of address, two choices."""
