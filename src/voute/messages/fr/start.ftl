# Pourquoi un serveur ne démarre pas : ses dépôts sont inutilisables.
error-place-missing = { $what ->
    [packs] Le dossier des paquets n'est pas là
    [log] Le dossier du registre n'est pas là
    [locks] Le dossier des verrous n'est pas là
    [keys] Le dossier des clés n'est pas là
    [catalogue] Le catalogue n'est pas là
    [trust-root] La racine de confiance n'est pas là
   *[data] Le dossier de la ville n'est pas là
    } : { $path }. Le serveur n'a pas démarré; rien n'a changé, et rien n'est créé à sa place.
    .fix = Voyez si le disque est monté, et comparez avec les réglages « data » et « locks » (fichier de VOUTE_CONFIG). Ce qui est perdu revient d'une sauvegarde (« voute restore », puis « voute admin log-recover » pour les verrous, qui ne sont dans aucune sauvegarde); une nouvelle ville commence par « voute admin found ».
error-place-closed = Le serveur tourne sous le nom { $user } et ne peut pas se servir { $what ->
    [packs] des paquets
    [log] du registre
    [locks] des verrous
    [keys] des clés
    [catalogue] du catalogue
    [trust-root] de la racine de confiance
   *[data] du dossier de la ville
    } : { $path } appartient à { $owner }, ou est fermé. Le serveur n'a pas démarré; rien n'a changé.
    .fix = Démarrez-le sous le nom à qui sont ces fichiers (« runuser -u voute -- voute serve », ou User= dans le service systemd). Si une commande a été lancée sous un autre nom, rendez les fichiers : chown -R { $user }: { $path }
error-place-read-only = Le système de fichiers de { $path } n'accepte pas d'écriture. Le serveur n'a pas démarré; rien n'a changé.
    .fix = « findmnt -T { $path } » montre comment il est monté, « journalctl -k » pourquoi : un disque qui a des erreurs passe en lecture seule. Dans un service systemd, nommez un dossier hors de /var/lib/voute dans ReadWritePaths=.
error-database-unreachable = La base de données ne répond pas à { $where } ({ $why }). Ce qui était confirmé est gardé.
    .fix = Voyez si PostgreSQL y tourne (systemctl status postgresql); vérifiez l'adresse du réglage « catalogue », le réseau, et son certificat (docs/operate/postgresql.md).
error-database-refused = La base de données { $where } n'admet pas la ville ({ $why }). Ce qui était confirmé est gardé.
    .fix = Vérifiez l'utilisateur, la base et le fichier du mot de passe dans le réglage « catalogue », et pg_hba.conf sur le serveur (docs/operate/postgresql.md).
error-database-unfit = { $why ->
    [driver] La base de données { $where } est inutilisable : la bibliothèque pour PostgreSQL n'est pas installée ici.
   *[setting] La base de données { $where } est inutilisable ({ $why }).
    } Rien n'y a été changé.
    .fix = { $why ->
        [driver] Installez le paquet avec sa partie « postgres », comme le dit docs/operate/postgresql.md.
       *[setting] Créez ou réglez la base comme le dit docs/operate/postgresql.md, puis relancez la même commande.
    }
error-bucket-unreachable = S3 ne répond pas pour { $where } ({ $why }). Ce qui était confirmé est gardé.
    .fix = Vérifiez le réglage « s3_endpoint », le réseau, et le serveur mandataire que nomme HTTPS_PROXY, HTTP_PROXY ou ALL_PROXY, s'il y en a un.
error-bucket-untrusted = { $problem ->
    [certificate-unknown] Personne à qui cette machine se fie ne répond du certificat que présente
    [certificate-ended] Un certificat expiré est présenté par
    [certificate-early] Un certificat qui n'est pas encore valide est présenté par
    [certificate-other-host] Un certificat d'un autre nom est présenté par
    [certificate-of-authority] Le certificat d'une autorité, et non d'un serveur, est présenté par
   *[certificate-refused] Un certificat qui ne tient pas est présenté par
    } S3 : { $where }. Le serveur n'a pas démarré; rien n'y a été envoyé.
    .fix = { $problem ->
        [certificate-unknown] Vérifiez « s3_endpoint ». S'il est juste et que le serveur S3 a sa propre autorité, nommez le certificat de celle-ci (PEM) dans « s3_ca », ou mettez-le parmi ceux de cette machine.
        [certificate-of-authority] Faites signer par l'autorité un certificat pour le serveur S3, installez-le sur celui-ci, et nommez celui de l'autorité dans « s3_ca » (docs/operate/s3.md).
       *[certificate-refused] Vérifiez le nom dans « s3_endpoint », l'horloge de cette machine, et le certificat que présente le serveur S3.
    }
error-bucket-refused = S3 n'admet pas la ville dans { $where } ({ $why }). Ce qui était confirmé est gardé.
    .fix = Vérifiez que le compartiment est là, les clés (« s3_credentials »), et ce qu'elles y permettent (docs/operate/s3.md).
error-no-bucket = Les paquets de cette ville sont dans un dossier, non sur S3 : aucun compartiment n'a besoin de règle. Rien n'a changé.
    .fix = Vérifiez --data et le fichier de VOUTE_CONFIG : une ville sur S3 a le réglage « blobs ».
