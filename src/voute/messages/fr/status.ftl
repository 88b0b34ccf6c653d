# Ce que dit « voute status » : status-CONTRÔLE-NIVEAU, et quoi faire (.fix).
status-all-well = La Ville va bien : rien n'attend personne. Version { $release }.
status-needed = À regarder : { $count }. Version { $release }.
status-home-of-department = --home est celui d'un service : donnez aussi --as.
status-city-or-department = Ou bien la ville (--data), ou bien un service (--as), pas les deux.
status-moved-now = La Ville a été déplacée de ces stockages vers d'autres (« voute migrate-store ») : ici est son passé, que personne ne sert.
    .fix = Lancez cette commande avec les réglages des nouveaux stockages : « VOUTE_CONFIG=FICHIER voute status ». Pour revenir ici, déplacez la Ville dans l'autre sens (docs/operate/move.md).
status-catalogue-well = Le catalogue répond.
status-catalogue-now = Le catalogue ne répond pas. Rien de ce qui a été confirmé n'est perdu; la Ville ne peut rien montrer ni recevoir.
    .fix = Regardez si la base de données tourne et s'il reste de la place; puis « journalctl -u voute ». Base perdue : « voute fsck --rebuild-into ».
    .demo = C'est une démonstration : regardez s'il reste de la place sur le disque, puis ses erreurs dans le terminal où elle tourne.
status-packs-well = Les lots de documents répondent.
status-packs-now = Les lots de documents ne répondent pas : aucun document ne s'ouvre ni n'arrive.
    .fix = Regardez si le disque des lots est monté et sain; puis lancez « voute fsck --quick ».
status-server-well = Un serveur tourne.
status-server-full-now = Le registre n'avance plus : il n'y a plus de place pour écrire. Ce qui a été confirmé est gardé.
    .fix = Faites de la place. Un serveur qui tourne continue alors de lui-même; sinon : « systemctl start voute ».
    .hand = Faites de la place. Un serveur qui tourne continue alors de lui-même; sinon : « voute serve », avec les mêmes réglages.
    .demo = Faites de la place. Une démonstration qui tourne continue alors d'elle-même; sinon : « voute demo --folder { $demo } ».
status-server-now = Aucun serveur de cette machine n'écrit au registre.
    .fix = Démarrez-le : « systemctl start voute ». Il tourne déjà ailleurs : lancez cette commande sur cette machine-là.
    .hand = Démarrez-le : « voute serve », avec les mêmes réglages. Il tourne déjà ailleurs : lancez cette commande sur cette machine-là.
    .demo = C'est une démonstration : « make demo », ou « voute demo --folder { $demo } », la rouvre.
status-log-well = Le registre suit : { $entries ->
        [one] { $entries } inscription
       *[other] { $entries } inscriptions
    }, en attente : { $waiting }.
status-log-now = Le registre ne suit pas : { $entries ->
        [one] { $entries } inscription
       *[other] { $entries } inscriptions
    }, en attente : { $waiting }. Ce qui attend est gardé.
    .fix = Cherchez les lignes « sequencer failed » avec « journalctl -u voute », puis lancez « voute fsck --quick ».
    .demo = C'est une démonstration : regardez ses erreurs dans le terminal où elle tourne; arrêtez-la par Ctrl+C et rouvrez-la.
status-log-prepared-soon = Les clés d'un nouveau registre attendent ici ({ $next }); la racine de confiance en vigueur ne met pas encore fin au registre { $origin }, qui continue.
    .fix = Tenez la cérémonie qui annonce le changement (docs/operate/keys.md). Rien ne presse.
status-log-changes-soon = Le registre { $origin } prend fin le { $end }; les clés de celui qui prendra la suite attendent ici ({ $next }).
    .fix = À partir de ce moment : arrêtez le serveur, puis « voute admin log-succeed » (docs/operate/keys.md). D'ici là, rien ne change.
status-log-ends-soon = Le registre { $origin } prend fin le { $end }, et les clés d'un autre ne sont pas ici : ensuite, rien ne pourra plus être livré.
    .fix = Apportez « log.next.json » dans le dossier des clés, ou préparez un registre avec « voute admin log-successor » et tenez une autre cérémonie (docs/operate/keys.md).
status-log-over-now = Le registre { $origin } a pris fin le { $end }. Rien ne peut être livré tant que { $next }, dont les clés attendent ici, n'a pas pris la suite. Ce qui attend est gardé.
    .fix = Arrêtez le serveur, lancez « voute admin log-succeed », puis redémarrez-le (docs/operate/keys.md).
status-log-over-alone-now = Le registre { $origin } a pris fin le { $end }. Rien ne peut être livré tant qu'un autre n'a pas pris la suite, et aucun n'est préparé ici. Ce qui attend est gardé.
    .fix = Cette ville vient d'une sauvegarde d'avant le changement : cherchez-en une plus récente (docs/operate/backup.md). Sinon : « voute admin log-successor », puis une cérémonie (docs/operate/keys.md).
status-log-elsewhere-now = Le registre { $origin }, dont les clés sont ici, a pris fin le { $end }; { $next } a pris la suite, et ses clés sont sur une autre machine. Rien ne peut être livré par celle-ci.
    .fix = Arrêtez le serveur, apportez « log.json » de la machine où « voute admin log-succeed » a été lancé, puis redémarrez-le (docs/operate/keys.md).
status-witnesses-well = Témoins qui ont signé le dernier point de contrôle : { $have } sur { $listed } (il en faut { $need }).
status-witnesses-soon = Des témoins se taisent depuis plus d'une heure : { $silent }. Le nombre voulu est atteint.
    .fix = Écrivez à qui les exploite; vérifiez leur adresse dans le réglage « witnesses ».
    .demo = C'est une démonstration : ses témoins tournent avec elle. Rouvrez-la : « voute demo --folder { $demo } ».
status-witnesses-now = Trop peu de témoins ont signé : { $have }, il en faut { $need }. Les reçus restent au premier degré, rien n'est scellé à un coffre nouveau.
    .fix = Vérifiez le réseau et les adresses du réglage « witnesses »; appelez qui exploite les témoins.
    .demo = C'est une démonstration : ses témoins tournent avec elle. Rouvrez-la : « voute demo --folder { $demo } ».
status-jobs-well = Travaux en attente : { $waiting }.
status-jobs-soon = Des travaux attendent depuis { $hours } h : { $waiting }. Des documents supprimés ne sont peut-être pas encore détruits.
    .fix = Cherchez les lignes « work failed » de « worker » avec « journalctl -u voute »; puis lancez « voute fsck --quick ».
    .demo = C'est une démonstration : regardez ses erreurs dans le terminal où elle tourne; arrêtez-la par Ctrl+C et rouvrez-la.
status-mails-well = Avis à envoyer : { $waiting }, dont déjà essayés : { $tried }.
status-mails-soon = Des avis ne partent pas depuis { $hours } h : { $tried ->
        [one] { $tried } essayé en vain
       *[other] { $tried } essayés en vain
    }. Les documents sont dans les coffres.
    .fix = Vérifiez le serveur de courriel et les réglages « smtp_… ».
status-mails-blocked-soon = Un serveur de courriel a refusé nos avis comme tels (règle ou pourriel), il y a { $hours } h. Les documents sont dans les coffres.
    .fix = Regardez « status » des lignes « mail » du journal, puis SPF, DKIM, DMARC et la réputation de votre serveur de courriel; les avis sont réessayés.
status-backup-never-soon = Aucune sauvegarde n'a encore été prise.
    .fix = Mettez en route la sauvegarde de chaque nuit (docs/operate/backup.md), ou lancez « voute backup save ».
    .demo = C'est une démonstration : rien n'y presse. Pour essayer une sauvegarde : « voute backup key cle.txt », puis « voute backup save » (docs/operate/backup.md).
status-backup-well = Dernière sauvegarde : il y a { $hours } h.
status-backup-soon = La dernière sauvegarde date d'il y a { $hours } h.
    .fix = Regardez « systemctl status voute-backup », puis lancez « voute backup save ».
status-backup-now = La dernière sauvegarde date d'il y a { $hours } h : la machine perdue, ce qui est venu depuis le serait aussi.
    .fix = Lancez « voute backup save » maintenant, puis cherchez pourquoi la nuit ne l'a pas fait.
status-disk-well = Disque « { $folder } » : { $percent } % libres ({ $gigabytes ->
        [0] { $megabytes } Mo
       *[other] { $gigabytes } Go
    }).
status-disk-soon = Disque « { $folder } » : il ne reste que { $percent } % ({ $gigabytes ->
        [0] { $megabytes } Mo
       *[other] { $gigabytes } Go
    }).
    .fix = Prévoyez de la place avant le prochain envoi : un disque plein refuse les envois, sans rien perdre.
status-disk-now = Disque « { $folder } » presque plein : { $percent } % ({ $gigabytes ->
        [0] { $megabytes } Mo
       *[other] { $gigabytes } Go
    }).
    .fix = Faites de la place ou agrandissez le disque maintenant; n'enlevez rien du dossier de la Ville à la main.
status-scrub-first-well = Première relecture de tous les octets : { $gigabytes } Go lus.
status-scrub-first-soon = La première relecture de tous les octets dure depuis { $days ->
        [one] { $days } jour
       *[other] { $days } jours
    }.
    .fix = Augmentez le réglage « scrub_megabytes », ou « scrub_days ».
status-scrub-well = Tous les octets relus il y a { $days ->
        [one] { $days } jour
       *[other] { $days } jours
    } ({ $gigabytes } Go) : rien d'abîmé.
status-scrub-soon = Les octets n'ont pas été relus depuis { $days ->
        [one] { $days } jour
       *[other] { $days } jours
    }.
    .fix = Augmentez le réglage « scrub_megabytes », ou « scrub_days »; voyez si le serveur tourne assez longtemps.
status-scrub-now = Fichiers abîmés : { $damaged }. { $places }
    .fix = Restaurez-les d'une sauvegarde, puis lancez « voute fsck ». Cherchez ce qu'a le disque avant le prochain envoi.
status-timestamp-well = Horodatage du registre : { $behind ->
        [one] { $behind } inscription
       *[other] { $behind } inscriptions
    } d'avance sur le dernier.
status-timestamp-soon = Le registre n'a pas été horodaté depuis { $hours } h : { $behind ->
        [one] { $behind } inscription attend
       *[other] { $behind } inscriptions attendent
    }. Le registre lui-même continue.
    .fix = Vérifiez le réseau, le réglage « tsa_url » et les certificats de l'autorité (« tsa_certificates »).
status-cors-well = Le serveur S3 laisse lire les pages de la ville (CORS).
status-cors-soon = Le serveur S3 ne laisse pas lire les pages de la ville (CORS) : chaque document passe par la ville, plus lentement. Rien n'est perdu.
    .fix = Donnez la règle à son compartiment : `voute admin cors --set` (docs/operate/direct-reads.md).
status-cors-silent-soon = Le serveur S3 ne répond pas à l'adresse que les navigateurs reçoivent : chaque document passe par la ville, plus lentement. Rien n'est perdu.
    .fix = Vérifiez le réglage `s3_public_endpoint`, le nom, le certificat et le réseau.
status-numbers-documents = Envois : { $deliveries }, dont inachevés : { $drafts }. Documents : { $documents }. Lots : { $megabytes } Mo.
status-numbers-dead = Supprimés par leurs titulaires : { $deleted ->
        [one] { $deleted } document
       *[other] { $deleted } documents
    }, { $dead } Mo, dont place à rendre : { $held } Mo.
status-numbers-people = Sessions ouvertes : { $sessions }. Adresses d'avis confirmées : { $confirmed }, injoignables : { $unreachable }.
