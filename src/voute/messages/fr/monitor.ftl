# « voute monitor » : une ligne par tour.
help-monitor = Suit le registre et les pages d'une ville, et dit en une ligne ce qui ne va pas.
option-monitor-url = L'adresse de la ville; avec --log-key, celle du registre.
option-monitor-key = La clé d'un registre (à répéter pour une seconde clé) : le registre seul est suivi, sans les pages.
option-monitor-once = Un seul tour (sans --every, il n'y en a qu'un).
option-monitor-every = Recommence après tant de secondes, jusqu'à Ctrl+C.
option-monitor-age = L'âge que peut avoir le point de contrôle, en secondes.
option-monitor-patience = Combien de secondes attendre les témoins et une version qui vient de commencer.
option-monitor-state = Le fichier où se souvenir; sinon dans le dossier de --home.
monitor-once-or-every = Choisissez --once ou --every.
monitor-well = { $time } { $url } : tout est en ordre. { $size ->
        [one] { $size } inscription
       *[other] { $size } inscriptions
    } ({ $new } de plus), témoins : { $count }; version { $release }, { $addresses ->
        [one] { $addresses } adresse identique
       *[other] { $addresses } adresses identiques
    } à celles du registre.
monitor-log-well = { $time } { $url } : tout est en ordre. { $size ->
        [one] { $size } inscription
       *[other] { $size } inscriptions
    } ({ $new } de plus), témoins : { $count }.
monitor-address = L'adresse commence par https:// (par http:// pour cette machine seulement).
monitor-waiting = Une racine de confiance attend : la no { $number }, faite le { $issued }, comptera le { $effective }. Signée par les clés { $keys } de la racine en vigueur. Si les responsables de la ville ne l'ont pas annoncée, appelez la ville avant ce jour.
monitor-proof = Preuve : { $path }
monitor-silent = La ville ne répond pas : ce tour n'a rien appris.
    .fix = Vérifiez le réseau et l'adresse; si cela dure, appelez la ville.
monitor-wrong = { $time } { $url } : { $what }{ $more ->
    [0] {""}
    [one] {" "}(Et un autre constat.)
   *[other] {" "}(Et { $more } autres constats.)
 }

error-monitor-state = Le fichier de suivi { $path } ne peut pas être lu; rien n'a été changé.
    .fix = Remettez-le en place; sans lui, un recul d'avant aujourd'hui ne se verrait plus.
error-monitor-answer = La ville refuse de répondre à { $path } (réponse { $status }).
    .fix = Ouvrez cette adresse dans un navigateur; si elle y répond, la ville traite les moniteurs autrement : dites-le.
error-log-lost = Un autre registre a pris la suite de { $origin } sans tout ce qu'il avait signé : il en était à l'inscription { $seen }, l'autre repart de l'inscription { $size }.
    .fix = Comparez avec ce que la ville a annoncé : une sauvegarde en retard l'explique. Si elle n'a rien dit, avertissez-la, puis les témoins, avec la preuve que le moniteur a écrite.
error-log-rolled-back = Le registre a reculé : { $size ->
        [one] { $size } inscription
       *[other] { $size } inscriptions
    }, alors qu'il en avait signé { $seen }.
    .fix = Gardez la preuve que le moniteur a écrite, avertissez la ville, puis les témoins.
error-log-forked = Le registre s'est dédoublé : ce qu'il montre ne prolonge pas les { $size ->
        [one] { $size } inscription
       *[other] { $size } inscriptions
    } qu'il avait signées.
    .fix = Gardez la preuve que le moniteur a écrite, avertissez la ville, puis les témoins.
error-checkpoint-stale = Le dernier point de contrôle a { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    } (limite { $limit }) : le registre est arrêté, ou l'on en montre un ancien.
    .fix = Demandez à la ville si son registre et ses témoins fonctionnent.
error-page-altered = Une page a été modifiée : { $path } n'est pas celle de la version inscrite au registre ({ $count ->
        [one] { $count } adresse en tout
       *[other] { $count } adresses en tout
    }).
    .fix = N'ouvrez pas votre coffre dans cette page; gardez-en une copie et avertissez la ville.
error-release-not-logged = La ville sert une version de ses pages qui n'est pas celle de son registre.
    .fix = Recommencez dans une minute; si cela dure, n'ouvrez pas votre coffre dans ces pages et avertissez la ville.
error-trust-root-withdrawn = La racine de confiance no { $number }, qui devait compter le { $effective }, n'est plus montrée.
    .fix = Demandez à la ville si ses responsables l'ont retirée, et pourquoi.
error-trust-root-replaced = Ce n'est plus la même racine de confiance no { $number } que celle qui attendait.
    .fix = Demandez aux responsables de la ville laquelle ils ont signée; s'ils n'en ont signé qu'une, avertissez les témoins.
