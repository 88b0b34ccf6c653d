# Lettre qui remet un code : une page, en mots simples. Fluent met la date en forme.
letter-title = Votre document s’ouvre aussi en ligne
letter-dated = { DATETIME($when, dateStyle: "long") }
letter-waits = { $issuer } vous écrit. Un document vous attend dans votre coffre :
letter-vault = Le coffre est un espace en ligne gratuit, offert par la Ville. Vous y lisez vos documents, vous les gardez et vous pouvez prouver qu’ils sont authentiques. Vous seul pouvez les ouvrir : là où la Ville les garde, personne ne peut les lire.
letter-open = Pour l’ouvrir
letter-scan = Visez ce carré avec l’appareil photo de votre téléphone, puis touchez le lien.
letter-touch = Touchez « Ouvrir ». Votre téléphone demande votre visage, votre doigt ou votre code, comme d’habitude. C’est tout.
letter-by-hand = Sur un ordinateur, tapez cette adresse :
letter-code = Puis ce code :
letter-qr = Code QR qui ouvre { $address } avec le code imprimé à côté
letter-no-phone = Pas de téléphone intelligent?
letter-no-phone-text = Rien ne change pour vous. Le papier continue d’arriver, aux mêmes dates, sans frais.
letter-private = Ce code est pour vous
letter-private-text = Il ouvre le coffre à votre nom, une seule fois. La Ville ne vous le demandera jamais, ni au téléphone, ni par courriel. Ne vous fiez pas à un carré collé sur cette lettre.
letter-mistake = Ce n’est pas pour vous?
letter-mistake-text = Appelez le { $phone } : nous annulons le code tout de suite. Une personne vous répond aussi si quelque chose ne fonctionne pas.
letter-trust = Empreinte de confiance de la Ville : { $fingerprint }. Votre coffre montre la même.
