# Ligne de commande.
cli-interrupted = Arrêté. Ce qui était fait est gardé.
cli-interrupted-delivery = Arrêté. Ce qui était confirmé est gardé; l'envoi inachevé a été annulé.
cli-rate = { $rate }/s

deliver-stage-check = Contrôle de la liste
deliver-stage-match = Recherche des coffres
deliver-stage-compare = Comparaison avec les envois précédents
deliver-stage-seal = Scellement et envoi
deliver-stage-log = Inscription au registre
deliver-stage-receipts = Reçus
deliver-refused = { $count ->
    [one] Une chose à corriger. Rien n'a été envoyé.
   *[other] { $count } choses à corriger. Rien n'a été envoyé.
}
deliver-findings-line = Ligne
deliver-findings-what = Ce qui ne va pas
deliver-findings-fix = Quoi faire
deliver-more = … et { $count ->
        [one] { $count } autre; --json la donne
       *[other] { $count } autres; --json les donne toutes
    }.
deliver-dry = Rien à corriger. { $vaults ->
        [one] { $vaults } document irait à un coffre
       *[other] { $vaults } documents iraient à des coffres
    }, { $codes ->
        [one] { $codes } attendrait son code
       *[other] { $codes } attendraient leur code
    }. Rien n'a été envoyé.
deliver-done = Envoyé : { $sent ->
    [one] { $sent } document
   *[other] { $sent } documents
} ({ $vaults } à des coffres, { $codes } en attente de leur code), { $megabytes } Mo, en { $seconds } s.
deliver-known = Déjà livrés auparavant, non renvoyés : { $known }.
deliver-frozen = Ligne { $line } (référence { $reference }) : quelqu'un a dit que cette lettre ou ce coffre n'est pas le sien. Rien n'y a été déposé; ce document part sur papier, et le prochain aura un nouveau code.
deliver-held = Ligne { $line } (référence { $reference }) : le coffre vient d'être ouvert; par prudence ce document part sur papier. Renvoyez-le dans quelques jours.
deliver-channels = Dans le coffre seulement : { $digital } (autant de lettres évitées). Dans le coffre et sur papier : { $both }. Sur papier seulement : { $paper }.
deliver-channels-dry = Ce serait dans le coffre seulement : { $digital }; dans le coffre et sur papier : { $both }; sur papier seulement : { $paper }.
deliver-print-list = À imprimer : { $path }
deliver-choices = Lettres évitées, chacune avec la preuve du choix : { $path }
deliver-no-list = Nommez la liste des documents, ou demandez --resume.
deliver-resume-alone = --resume reprend un envoi tel qu'il a commencé : sans --dry-run ni --new-party.
deliver-resuming = Reprise de l'envoi « { $run } ».
deliver-resumed = Déjà à la ville avant la reprise : { $already ->
        [one] { $already } document
       *[other] { $already } documents
    }; envoyés maintenant : { $rest }.
deliver-earlier-cancelled = Un envoi inachevé du même nom (« { $run } ») a été annulé et recommencé; --resume l'aurait repris où il était.
deliver-earlier-damaged = Le carnet d'un envoi inachevé du même nom (« { $run } ») était abîmé : il est mis de côté dans { $path }. Rien n'est parti deux fois; des reçus de cet envoi peuvent manquer.
deliver-earlier-finished = Un envoi du même nom (« { $run } ») était confirmé sans que ses reçus soient arrivés : ils sont maintenant dans { $path }.
deliver-unfinished = L'envoi « { $run } » est inachevé; ce qui est scellé est gardé. Pour le reprendre où il en est : voute deliver --resume --as { $issuer }
deliver-receipts = Reçus : { $path }
deliver-deleted = { $deleted ->
    [one] { $deleted } document est sans reçu
   *[other] { $deleted } documents sont sans reçu
} : la ville dit que leur titulaire les a déjà supprimés, et rien ici ne le prouve. C'est rare si tôt : s'il y en a beaucoup, appelez la ville, et demandez à ces personnes si elles ont reçu le leur.
deliver-summary = Résumé par ligne : { $path }

letters-stage-check = Contrôle de la liste
letters-stage-look = Lecture des documents
letters-stage-print = Composition des lettres
letters-refused = { $count ->
    [one] Une chose à corriger. Aucun manifeste n'a été écrit : rien n'est à imprimer.
   *[other] { $count } choses à corriger. Aucun manifeste n'a été écrit : rien n'est à imprimer.
}
letters-left-out = { $count ->
    [one] Une lettre a été laissée de côté :
   *[other] { $count } lettres ont été laissées de côté :
}
letters-done = { $letters ->
        [one] { $letters } lettre
       *[other] { $letters } lettres
    } en { $files ->
        [one] { $files } fichier
       *[other] { $files } fichiers
    } : { $pages ->
        [one] { $pages } page
       *[other] { $pages } pages
    }, { $sheets ->
        [one] { $sheets } feuille
       *[other] { $sheets } feuilles
    }, en { $seconds } s.
letters-kinds = Avec un code : { $code_letters }; pour un coffre déjà ouvert : { $vault_letters }; sans code : { $paper_letters }.
letters-avoided = Sans lettre, par un choix prouvé : { $avoided }.
letters-undelivered = Aucun envoi nommé « { $run } » n'est connu ici : aucune lettre n'a donc été évitée, car c'est là que se trouvent les choix des gens. Si la liste est partie sous un autre nom, donnez-le avec --run.
letters-already = Fichiers déjà là, laissés tels quels : { $already }.
letters-flat = Trop épaisses pour être pliées, dans des fichiers à part : { $flat }.
letters-without-postal-code = Sans code postal canadien, à la fin : { $without_postal_code }.
letters-folder = Pour l'imprimeur : { $path }. Ces fichiers portent les codes : transmettez-les chiffrés, effacez-les après l'impression.
letters-one = Lettre : { $path }. Elle porte un code : effacez-la une fois imprimée.

codes-column-reference = Référence
codes-column-party = Partie
codes-column-slot = Rang
codes-column-state = État
codes-column-run = Passage
codes-state-issued = remis, pas encore utilisé
codes-state-bound = coffre ouvert
codes-state-revoked = révoqué
codes-state-frozen = gelé
codes-state-doubt = { $state } — la ville dit autre chose sans le prouver ({ $check })
codes-not-fresh = { $why } Ces états sont ceux du dernier passage.
codes-frozen = { $count ->
    [0] Rien à geler pour la référence { $reference } : ses codes étaient déjà gelés ou révoqués.
    [one] Un code de la référence { $reference } est gelé, pour toujours : rien de nouveau n'ira par lui à aucun coffre. Ce qui y était reste où il est. Le prochain envoi fera une lettre avec un autre code.
   *[other] { $count } codes de la référence { $reference } sont gelés, pour toujours : rien de nouveau n'ira par eux à aucun coffre. Ce qui y était reste où il est. Le prochain envoi fera des lettres avec d'autres codes.
}
codes-code = { $reference } · { $party } : { $code }
    { $link }
codes-revoked = { $count ->
    [0] Aucun code inutilisé pour la référence { $reference } : rien à révoquer.
    [one] Le code de la référence { $reference } est révoqué.
   *[other] { $count } codes de la référence { $reference } sont révoqués.
}

receipts-which = Dites quel document : --reference, --document ou --line.
receipts-written = Reçu écrit : { $path }

trust-shown = { $name } ({ $city }), racine de confiance no { $number }
    Empreinte : { $fingerprint }
    Émetteurs : { $issuers }
trust-shown-waits = La racine de confiance no { $next } est en ordre et ne compte qu'à partir du { $from } : d'ici là celle d'à présent, no { $number }, reste. Redonnez cette commande ce jour-là.

verify-step-receipt-reads = Le reçu est bien formé.
verify-step-same-city = Le reçu, l'événement et la racine de confiance sont de la même ville.
verify-step-document-same = Le document est identique, au bit près, à celui que le service a signé.
verify-step-issuer-signed = La signature du service est valide.
verify-step-event-same = L'événement inscrit porte sur ce document.
verify-step-in-log = L'événement est dans le registre public.
verify-step-checkpoint-signed = Le registre a signé ce point de contrôle.
verify-step-witnesses = Les témoins ont été consultés.
verify-witnessed = Authentique : { $city }, { $issuer }, { $time }. « { $title } ». Inscrit au registre (ligne { $line }) et vu par les témoins.
verify-logged = Authentique : { $city }, { $issuer }, { $time }. « { $title } ». Inscrit au registre (ligne { $line }), sans quorum de témoins.
verify-step-act-reads = L'acte et le reçu sont bien formés.
verify-step-vault-signed = La signature est celle du coffre.
verify-step-act-logged = L'événement inscrit porte sur cet acte.
verify-act-witnessed = Authentique : { $city }, coffre { $vault }. { $what } Signé le { $signed }, inscrit au registre le { $time } (ligne { $line }) et vu par les témoins.
verify-act-logged = Authentique : { $city }, coffre { $vault }. { $what } Signé le { $signed }, inscrit au registre le { $time } (ligne { $line }), sans quorum de témoins.
act-delete = La personne a supprimé le document { $document }.
act-paperless = La personne a renoncé au papier pour « { $type } » ({ $issuer }, choix no { $number }).
act-paper = La personne a redemandé le papier pour « { $type } » ({ $issuer }, choix no { $number }).
act-other = La personne a signé un acte du type « { $type } ».
verify-fingerprint = Comparez l'empreinte de la ville avec celle de votre lettre : { $fingerprint }
verify-stamped = L'autorité d'horodatage a vu ce registre le { $time }.

open-written = { $file } — { $title } ({ $issuer }), vérifié
open-note = votre note : { $note }
open-act = { $file } — { $what } Signé le { $signed }, au registre (ligne { $line }), vérifié
open-act-waiting = { $file } — { $what } Signé le { $signed }, pas encore au registre quand l'archive a été faite
open-act-refused = { $act } : refusé. { $why }
open-index-refused = Ce que vous aviez noté sur vos documents n'a pas pu être lu : l'index est refusé. Vos documents ne sont pas touchés. { $why }
open-refused = Document { $document } : refusé. { $why }
open-failed = { $count ->
    [one] Un élément de l'archive n'a pas pu être ouvert; les autres l'ont été.
   *[other] { $count } éléments de l'archive n'ont pas pu être ouverts; les autres l'ont été.
}

demo-installing = Création de la ville de démonstration (une demi-minute à deux, une seule fois)…
demo-typeset = Composition de { $count ->
        [one] { $count } compte de taxes
       *[other] { $count } comptes de taxes
    } en PDF…
demo-delivering = Scellement et livraison…
demo-too-few = { $count ->
        [one] { $count } facture, c'est trop peu
       *[other] { $count } factures, c'est trop peu
    } : la démonstration en demande au moins { $least }. Rien n'a été créé.
demo-again = La ville de démonstration est déjà là : on la rouvre.
demo-fresh =
    La lettre précédente a servi : en voici une autre, celle d'un autre contribuable.
    Le coffre déjà ouvert vous attend avec sa clé d'accès : { $origin }
demo-ready =
    Ouvrez ce lien dans un navigateur de cette machine qui connaît les clés d'accès (d'une autre machine : LISEZMOI.md dit comment) :

      { $link }

    Code imprimé sur la lettre : { $code }
    La lettre elle-même : { $letter }
    Empreinte de la ville : { $fingerprint }

    { $witnesses ->
        [0] Le seul témoin tourne dans la ville elle-même : cette démonstration date de la première version.
        [one] { $witnesses } témoin, dans un processus à lui, contresigne le registre; il le faut.
       *[other] { $witnesses } témoins, chacun dans son processus, contresignent le registre; il les faut tous.
    }

    Dans un autre terminal, une fois le coffre ouvert :
      { $deliver }
    Les comptes en lettres, pour un imprimeur :
      { $letters }
    Après avoir enregistré le document et son reçu depuis la page :
      { $verify }
    Pour surveiller la ville du dehors, registre et pages :
      { $monitor }
    Pour la vérifier du dedans :
      { $fsck }
demo-stop = Ctrl+C arrête la ville. Rien n'est perdu : « make demo » la rouvre.
demo-runs = La démonstration de ce dossier tourne déjà; rien n'a été changé. Pour l'arrêter : Ctrl+C dans son terminal, ou « kill { $process } ».
demo-stopped = La ville est fermée. Tout est gardé dans { $path }.

admin-founded = La ville est fondée. Il faut ces clés aux responsables pour la racine de confiance (docs/operate/keys.md) :
    { $ed25519 }
    { $mldsa44 }
    À la cérémonie, les responsables les voient ainsi : { $ed25519_shown } et SHA-256 { $mldsa44_shown }.
    Ensuite : mettez la racine de confiance qu'ils auront signée dans le dossier de la ville, sous le nom trust-root.json, puis démarrez le serveur.
admin-keys = Registre { $origin } :
    { $ed25519 }
    { $mldsa44 }
    À la cérémonie, les responsables les voient ainsi : { $ed25519_shown } et SHA-256 { $mldsa44_shown }.
admin-migrated = Le catalogue est au schéma { $schema }, celui de cette version.

backup-stage-save = Scellement
backup-stage-prove = Comparaison
backup-stage-restore = Retour
backup-key = La clé est dans { $path } : mettez-la dans un coffre, sur aucune machine de la ville. Sans elle, aucune sauvegarde ne s'ouvre.
    Destinataire, pour « voute backup save --to » : { $recipient }
backup-list-empty = Il n'y a aucune sauvegarde dans { $path }.
backup-saved = Sauvegarde { $name } : { $files ->
        [one] { $files } fichier
       *[other] { $files } fichiers
    }, { $megabytes } Mo, dont { $added ->
        [one] { $added } nouveau
       *[other] { $added } nouveaux
    }; registre à { $entries ->
        [one] { $entries } inscription
       *[other] { $entries } inscriptions
    }; { $seconds } s. Objets oubliés : { $forgotten }.
backup-proven = La sauvegarde { $name } du { $taken_at } est entière : { $files ->
        [one] { $files } fichier
       *[other] { $files } fichiers
    }, { $megabytes } Mo, version { $release }, registre à { $entries ->
        [one] { $entries } inscription
       *[other] { $entries } inscriptions
    }.
backup-restored = La sauvegarde { $name } du { $taken_at } est revenue : { $files ->
        [one] { $files } fichier
       *[other] { $files } fichiers
    }, { $megabytes } Mo, version { $release }, schéma { $schema }, registre à { $entries ->
        [one] { $entries } inscription
       *[other] { $entries } inscriptions
    }.
    Ensuite : « voute admin log-recover », puis « voute fsck », puis démarrez le serveur.
admin-successor = Le registre { $origin } est prêt à prendre la suite. Il faut ces clés aux responsables pour la racine de confiance (docs/operate/keys.md) :
    { $ed25519 }
    { $mldsa44 }
    À la cérémonie, les responsables les voient ainsi : { $ed25519_shown } et SHA-256 { $mldsa44_shown }.
admin-log-succeeded = Le registre { $origin } prend la suite de { $old }, à partir de son inscription { $size }. Les anciennes clés sont détruites. Il faut maintenant : voute witness follow, chez chaque témoin; { $again ->
        [0] voute fsck; puis démarrer le serveur
       *[other] démarrer le serveur; puis voute fsck
    }.
admin-log-again = Gardé par le catalogue : { $again ->
        [one] { $again } inscription qui manque
       *[other] { $again } inscriptions qui manquent
    } au dossier du registre. Le serveur les inscrit de nouveau à leurs places en démarrant.
admin-log-lost = Perdu : { $lost ->
        [one] { $lost } inscription
       *[other] { $lost } inscriptions
    } parmi les numéros { $size } à { $last } de { $old }. Les services renvoient leurs listes de ces heures-là; dites aux résidents que leurs suppressions et choix de ces heures sont à refaire.
admin-log-recovered = Le registre { $origin } continue après ses { $size ->
        [one] { $size } inscription
       *[other] { $size } inscriptions
    } : aucun témoin n'en connaît une plus récente.

ceremony-which-key = Donnez le fichier de la clé, ou un jeton (--pkcs11, --token).
ceremony-pin = NIP du jeton
ceremony-key = La clé est dans le fichier : mettez-la dans un coffre, sur aucune machine reliée à un réseau.
    Clé publique, pour le plan : { $public }
    Destinataire, pour ce qu'on scelle pour vous : { $recipient }
ceremony-key-token = La clé est dans le jeton et ne peut pas en sortir.
    Clé publique, pour le plan : { $public }
ceremony-draft = Racine de confiance no { $number } de { $name } ({ $city }), { $origin }
    Compte à partir du : { $effective }
    Responsables : { $officers }, dont { $threshold ->
        [one] { $threshold } doit signer
       *[other] { $threshold } doivent signer
    }
    Registres : { $logs }
    Témoins : { $witnesses } ({ $quorum ->
        [one] { $quorum } doit cosigner
       *[other] { $quorum } doivent cosigner
    })
    Émetteurs (clés) : { $issuers }
    Empreinte : { $fingerprint }
ceremony-whole = Tout ce qu'elle dit :
ceremony-changes = Tout ce qu'elle change à la racine précédente (- s'en va, + arrive) :
ceremony-confirm = Avez-vous comparé l'empreinte avec celle des autres responsables, chacune de ces lignes est-elle voulue, et voulez-vous signer? (oui ou non)
ceremony-log-warning = { $why ->
        [none] À partir de { $at }, aucun registre n'est ouvert : plus rien ne pourrait être livré.
        [several] À partir de { $at }, plusieurs registres sont ouverts : { $origin }. Le premier devrait prendre fin quand l'autre commence.
       *[early] Le registre { $origin } prend fin à { $at }, avant que cette racine compte : ce qu'il signe entre les deux sera refusé.
    }
ceremony-planned = Le plan est dans { $path }. Modifiez-le, puis : voute ceremony draft, avec ce fichier et --after.
ceremony-signed = Signé avec { $public }. Remettez { $path } à qui réunit les signatures.
ceremony-joined = { $path } porte { $count ->
        [one] { $count } signature
       *[other] { $count } signatures
    }, comme le demande tout client.
issuer-made = Service { $issuer } : dossier { $path }. Ensuite : scellez pour deux responsables la clé qui fait les codes (voute issuer escrow).
    Clé publique, pour la racine de confiance : { $public }
issuer-key = Le service { $issuer } signe avec { $public }
issuer-escrowed = { $path } s'ouvre avec une seule de { $count ->
        [one] { $count } clé, n'importe laquelle
       *[other] { $count } clés, n'importe laquelle
    }. Gardez-en des copies à deux endroits.
issuer-recover-both = Un nouveau dossier demande les deux : --city et --server.
issuer-recovered = La clé qui fait les codes de { $issuer } est revenue.
issuer-recovered-anew = La clé qui fait les codes de { $issuer } est revenue, dans un nouveau dossier : { $path }. Ramenez registry.json, letter.toml et runs/ de votre copie, puis retenez la racine de confiance (voute trust pin).
    Il signe avec une nouvelle clé, que la racine de confiance doit d'abord donner (docs/operate/keys.md) : { $public }
issuer-next = Clé suivante de { $issuer }, pour la racine de confiance : { $public }
issuer-switched = { $issuer } signe désormais avec { $public }. Dans la prochaine racine de confiance, terminez l'ancienne clé à la taille du registre d'aujourd'hui.
admin-bounces = Courriels lus : { $read }. Avis revenus, comptés : { $counted }.
admin-bounces-blocked = Refusés comme tels (règle ou pourriel) : { $blocked }. Ce n'est pas la faute des adresses : regardez SPF, DKIM, DMARC et la réputation de votre serveur de courriel.
admin-cors-fits = Les pages de { $origin } peuvent lire les contenus scellés auprès de { $address }.
admin-cors-refused = Les pages de { $origin } ne peuvent pas lire auprès de { $address } : chaque contenu passe par la ville, plus lentement; rien n'est perdu. Donnez la règle : voute admin cors --set
move-stage-source = Vérification de la source
move-stage-packs = Paquets
move-stage-sidecars = Annexes
move-stage-ledger = Le livre
move-stage-log = Le registre
move-stage-target = Vérification de la copie
move-done = La copie est entière et a été vérifiée aux deux bouts : { $files ->
        [one] { $files } fichier
       *[other] { $files } fichiers
    } ({ $files_copied ->
        [one] { $files_copied } copié cette fois
       *[other] { $files_copied } copiés cette fois
    }), { $rows ->
        [one] { $rows } ligne
       *[other] { $rows } lignes
    } ({ $rows_copied ->
        [one] { $rows_copied } copiée cette fois
       *[other] { $rows_copied } copiées cette fois
    }), { $seconds } s. Rien n'a changé à la source. Démarrez désormais le serveur avec { $file }, plus jamais avec les anciens réglages; gardez les anciens stockages jusqu'à la prochaine sauvegarde, puis retirez-les.
