### Vérificateur.

verify-title = Vérifier un document
verify-lead = Un PDF et son reçu : cette page dit si c’est l’original de la Ville, inchangé, et depuis quand. Rien ne quitte votre appareil.
verify-drop = Déposez ici le PDF et son reçu
verify-or = ou
verify-choose = Choisir les fichiers
verify-choose-more = Choisir d’autres fichiers
verify-hint = Le document (.pdf) et son reçu (.receipt.json), ensemble ou l’un après l’autre.
verify-have-pdf = Document : { $name }
verify-have-receipt = Reçu : { $name }
verify-need-pdf = Il manque le document (PDF).
verify-need-receipt = Il manque le reçu (.receipt.json).
verify-unknown-file = « { $name } » n’est ni un PDF ni un reçu.
verify-checking = Vérification…
verify-authentic = Authentique
verify-authentic-lead = « { $title } » est bien l’original émis par { $issuer }.
verify-unwitnessed = Signé et inscrit, sans confirmation des témoins
verify-unwitnessed-lead = « { $title } » porte la signature de { $issuer }, mais trop peu de témoins indépendants ont confirmé le registre. Demandez un reçu plus récent : s’il ne les montre toujours pas, appelez la Ville.
verify-again = Vérifier un autre document
verify-refused = Ce document n’est pas prouvé
verify-refused-step = Vérification arrêtée à l’étape { $step } de 7
verify-offline = Garder ce vérificateur
    .text = Un seul fichier, qui fonctionne sans connexion, même dans vingt ans depuis une clé USB.
    .act = Télécharger verifier.html
verify-root = Racine de confiance : { $city }
    .text = Empreinte { $fingerprint }. Elle doit être celle qui figure sur les lettres de la Ville.
verify-root-missing = Ce vérificateur n’a pas de racine de confiance. Choisissez le fichier trust-root.json de la Ville.
