# « voute witness » : un témoin, sur sa propre machine.
help-witness = Un témoin : il contresigne les points de contrôle d'un registre, et refuse s'il s'est dédoublé ou a rapetissé.
help-witness-init = Crée un témoin : sa clé, sa liste de registres encore vide.
help-witness-key = Montre la clé publique du témoin, pour la racine de confiance de la ville.
help-witness-follow = Suit des registres à partir de maintenant : par leurs clés, ou par la racine de confiance d'une ville.
help-witness-serve = Répond aux registres jusqu'à Ctrl+C.
help-trust-policy = Montre à qui cette machine croit, dans la forme que lisent d'autres outils (C2SP tlog-policy).
option-patience = Combien de secondes attendre les témoins, quand une clé vient d'être réclamée (sinon 60).
option-witness-folder = Le dossier du témoin.
option-witness-name = Le nom du témoin, par exemple vigie.example/temoin.
option-witness-log-key = Les clés d'un registre, telles que celui-ci les publie (nom+empreinte+clé).
option-witness-trust-root = La racine de confiance de la ville dont le registre sera suivi.
option-witness-host = L'adresse où écouter.
option-witness-port = Le port où écouter.
witness-key = Témoin { $name }. Sa clé publique, à remettre à la ville :
    { $key }
    À la cérémonie, les responsables la voient ainsi : SHA-256 { $shown }.
witness-which = Dites quel registre : une clé, ou --trust-root.
witness-follows = Le témoin suit désormais { $origin }. S'il tourne, redémarrez-le.
witness-followed = Le témoin suivait déjà { $origin } : rien n'a changé.

error-witness-folder = La liste des registres du témoin ne peut pas être lue (ligne { $line }).
    .fix = Corrigez cette ligne de logs.txt; n'effacez ni la clé ni le dossier « state ».
error-witness-state-lost = Le témoin ne sait plus ce qu'il a signé pour { $origin }. Il ne signera plus rien pour ce registre.
    .fix = N'en recommencez pas un autre sous le même nom : créez un nouveau témoin et avertissez la ville.
error-witness-fork = Le registre a signé deux contenus différents pour la même taille : il s'est dédoublé.
    .fix = Gardez les deux points de contrôle : ils sont la preuve. Avertissez la ville et les autres témoins.
error-witness-refused = Le témoin { $witness } a refusé (réponse { $status }).
    .fix = Demandez au responsable du témoin ce qui ne va pas.
error-witness-unreachable = Le témoin { $witness } ne répond pas. La ville continue sans lui.
    .fix = Vérifiez l'adresse et le réseau; dès qu'il répond, il contresigne.
