### La preuve, en mots puis en octets.

verdict-unaltered = Le document n’a pas changé d’un seul octet
    .text = Son empreinte est celle que la Ville a signée.
verdict-signed = Signé par { $issuer }
    .text = Le { $date }, avec une clé que la Ville reconnaît à ce service.
verdict-logged = Inscrit au registre public le { $date }
    .text = Ligne { $index } d’un registre que personne ne peut réécrire sans que cela se voie.
verdict-witnessed = { $count ->
    [one] Un témoin indépendant le confirme
   *[other] { $count } témoins indépendants le confirment
}
    .text = { $count ->
        [one] Il a vu et cosigné ce registre le { $date }.
       *[other] Ils ont vu et cosigné ce registre le { $date }.
    }
verdict-unwitnessed = Les témoins n’ont pas encore confirmé
    .text = L’inscription est faite. D’ordinaire, les témoins indépendants cosignent en moins d’une heure : un reçu téléchargé plus tard le montrera.

act-signed = Signé avec la clé de ce coffre
    .text = Le { $date }, dit la personne. La preuve dit quel coffre a signé, non à qui il est.
act-unwitnessed =
    .text = L’inscription est faite. D’ordinaire, les témoins indépendants cosignent en moins d’une heure : une preuve téléchargée plus tard le montrera.

bytes-title = Les valeurs, pour qui veut tout recalculer
bytes-sha256 = Empreinte SHA-256 du PDF
bytes-manifest = Empreinte SHA-256 du manifeste signé
bytes-entry = Inscription au registre
bytes-vault = Identifiant du coffre
bytes-act = Empreinte SHA-256 de l’acte signé
bytes-document = Identifiant du document
bytes-log = Registre
bytes-index = Ligne du registre
bytes-size = Lignes couvertes par le point de contrôle
bytes-witnesses = Témoins
