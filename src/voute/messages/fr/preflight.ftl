# Contrôle d'une liste avant l'envoi. Chaque message dit ce qui ne va pas; .fix dit quoi faire.
preflight-table-too-large = La liste dépasse { $limit ->
        [one] { $limit } octet
       *[other] { $limit } octets
    }.
    .fix = Séparez-la en plusieurs listes.
preflight-table-not-text = Ce fichier n'est pas une liste en texte.
    .fix = Dans le tableur, enregistrez la feuille au format CSV (UTF-8).
preflight-table-empty = La liste ne contient aucune ligne.
    .fix = Vérifiez que c'est le bon fichier et que la feuille a été enregistrée.
preflight-column-unknown = La colonne « { $column } » n'est pas connue.
    .fix = Renommez-la selon la liste des colonnes, ou retirez-la.
preflight-column-twice = La colonne « { $column } » est là deux fois.
    .fix = Gardez-en une seule.
preflight-column-missing = Il manque la colonne « { $column } ».
    .fix = Ajoutez-la avec une valeur à chaque ligne.
preflight-row-too-long = La ligne a { $cells ->
        [one] { $cells } case
       *[other] { $cells } cases
    } pour { $columns ->
        [one] { $columns } colonne
       *[other] { $columns } colonnes
    }.
    .fix = Une case contient sans doute le séparateur : mettez-la entre guillemets.
preflight-row-broken-quotes = Un guillemet n'est pas fermé; la suite de la liste n'a pas pu être lue.
    .fix = Corrigez le guillemet de cette ligne.
preflight-cell-too-long = Une case dépasse { $limit ->
        [one] { $limit } caractère
       *[other] { $limit } caractères
    }.
    .fix = Un guillemet manque sans doute sur cette ligne.
preflight-cell-missing = La case « { $column } » est vide.
    .fix = Remplissez-la.
preflight-text-malformed = La case « { $column } » contient un caractère interdit, ou trop de texte : « { $cell } ».
    .fix = Retapez-la sans caractère invisible.
preflight-date-malformed = « { $cell } » n'est pas une date (colonne { $column }).
    .fix = Écrivez année-mois-jour, par exemple 2026-03-03.
preflight-amount-malformed = « { $cell } » n'est pas un montant, ou se lit de deux façons (colonne { $column }).
    .fix = Écrivez 1 234,56 ou 1234.56.
preflight-instalments-malformed = « { $cell } » n'est pas une suite de versements (colonne { $column }).
    .fix = Écrivez date: montant, séparés par |, par exemple 2026-03-03: 812,50 | 2026-06-02: 812,50.
preflight-language-unknown = La langue « { $cell } » n'est pas connue (colonne { $column }).
    .fix = Écrivez fr ou en.
preflight-slot-malformed = « { $cell } » n'est pas un rang de copropriétaire (colonne { $column }).
    .fix = Écrivez 0, 1, 2…
preflight-type-unknown = Le type « { $type } » n'est pas un type de ce service. Types connus : { $known }.
    .fix = Corrigez la case, ou demandez l'ajout du type à la racine de confiance.
preflight-file-outside = Le fichier « { $file } » est en dehors du dossier des PDF.
    .fix = Copiez-le dans le dossier et écrivez son seul nom.
preflight-file-missing = Le fichier « { $file } » est introuvable.
    .fix = Vérifiez le nom, ou indiquez le dossier avec --pdf-dir.
preflight-file-empty = Le fichier « { $file } » est vide.
    .fix = Produisez-le de nouveau.
preflight-file-unreadable = Le fichier « { $file } » ne peut pas être lu ou est abîmé.
    .fix = Ouvrez-le; s'il ne s'ouvre pas, produisez-le de nouveau.
preflight-file-not-pdf = Le fichier « { $file } » n'est pas un PDF.
    .fix = Exportez le document en PDF.
preflight-file-encrypted = Le fichier « { $file } » est protégé par un mot de passe.
    .fix = Enregistrez-le sans mot de passe : Voûte le scelle.
preflight-file-too-large = Le fichier « { $file } » dépasse 50 Mo.
    .fix = Réduisez la qualité des images, ou séparez-le.
preflight-party-changed = La partie a changé pour la référence { $reference } : le coffre lié appartient à l'ancienne.
    .fix = Si c'est bien un nouveau contribuable, relancez avec --new-party : un nouveau code sera créé.
preflight-document-twice = Même partie et même clé de document qu'à la ligne { $first }.
    .fix = Retirez une des deux lignes, ou donnez-leur des clés différentes.
preflight-document-differs = Un document de même clé a déjà été envoyé avec un autre contenu (envoi { $delivery }, passage « { $run } »).
    .fix = Donnez une nouvelle clé au document corrigé.
preflight-code-revoked = Le code de la référence { $reference } a été révoqué.
    .fix = Relancez avec --new-party pour créer un nouveau code.
preflight-key-not-proven = La clé du coffre de la référence { $reference } n'a pas pu être prouvée ({ $check }). Rien n'a été scellé pour ce coffre.
    .fix = { $check ->
        [no-quorum] Les témoins du registre ne l'ont pas encore vue. Relancez dans quelques minutes; si cela dure, avertissez l'équipe informatique.
       *[other] N'insistez pas : avertissez l'équipe informatique, avec ce message.
    }
preflight-vault-closed = Le coffre de la référence { $reference } est fermé.
    .fix = Envoyez ce document sur papier.
preflight-code-unknown = Aucun code n'a été créé pour la référence { $reference } et cette partie.
    .fix = Livrez d'abord cette liste (voute deliver); les lettres viennent après.
preflight-address-too-long = Le nom et l'adresse de la référence { $reference } ne tiennent pas dans la fenêtre de l'enveloppe.
    .fix = Raccourcissez le nom ou l'adresse; cinq lignes au plus, séparées par « | ».
preflight-file-unprintable = Les pages de « { $file } » ne peuvent pas être lues pour l'impression.
    .fix = Produisez ce PDF de nouveau.
preflight-letter-too-long = La lettre de la référence { $reference } ne tient pas sur sa feuille.
    .fix = Raccourcissez le nom, l'adresse ou le titre de cette ligne.
preflight-letter-not-set = La lettre de la référence { $reference } n'a pas pu être composée : { $why }
    .fix = Corrigez le nom, l'adresse ou le titre de cette ligne.
