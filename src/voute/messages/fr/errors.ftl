# Ce qui s'est passé, ce qui est gardé; .fix dit quoi faire. Une entrée par code d'erreur.
error-bad-checkpoint = Le point de contrôle n'est pas signé par le registre de la ville.
    .fix = Téléchargez de nouveau le reçu ou la preuve; sinon appelez la ville.
error-bad-signature = La signature ne tient pas : le contenu a été changé.
    .fix = Ne vous fiez pas au document; procurez-vous l'original.
error-bind-mismatch = Ce coffre n'a pas été ouvert avec le code que le service a imprimé; rien n'a été scellé pour lui.
    .fix = Avertissez l'équipe informatique, avec ce message.
error-blob-missing = Un fichier du stockage manque; rien d'autre n'est touché.
    .fix = Avertissez l'équipe informatique : il se restaure d'une sauvegarde.
error-body-mismatch = Le contenu n'est pas celui que le service a signé; rien n'est montré.
    .fix = Appelez la ville, avec ce message.
error-cell-malformed = Une case ne contient pas ce que sa colonne attend.
    .fix = Corrigez la case.
error-challenge-expired = Le délai est dépassé; rien n'a changé.
    .fix = Recommencez.
error-checkpoint = Le point de contrôle n'est pas bien formé.
    .fix = Téléchargez de nouveau le reçu ou la preuve.
error-city-did-not-start = Le serveur de la ville n'a pas démarré; ce qu'il gardait est intact.
    .fix = Regardez les messages au-dessus; le port { $port } est peut-être pris.
error-city-refused = La ville a refusé ({ $problem }); rien de plus n'a été fait.
    .fix = Lisez le message de la ville; sinon avertissez l'équipe informatique.
error-city-full = Il n'y a plus de place dans le stockage de la ville; ce qu'elle avait confirmé est gardé.
    .fix = Prévenez l'équipe informatique de la ville : elle doit y faire de la place. Ensuite un envoi continue avec « voute deliver --resume » : rien ne partira deux fois.
error-city-unreachable = La ville ne répond pas; ce qu'elle avait confirmé est gardé.
    .fix = Vérifiez le réseau et l'adresse, puis relancez : rien ne partira deux fois.
error-claim-disagree = Les documents qui attendent ne s'accordent pas entre eux; rien n'a été ouvert.
    .fix = Appelez la ville, avec ce message.
error-claim-empty = Rien n'attend encore pour ce code.
    .fix = Réessayez plus tard; le code reste bon.
error-claim-event = La preuve d'ouverture de ce coffre ne tient pas; rien n'a été scellé pour lui.
    .fix = Avertissez l'équipe informatique, avec ce message.
error-claim-refused = L'ouverture du coffre n'a pas été acceptée; rien n'a changé et le code reste bon.
    .fix = Recommencez depuis la lettre.
error-claim-frozen = Quelqu'un a dit que ce code n'est pas le sien : il n'ouvre plus rien.
    .fix = Rien à faire : le prochain document part sur papier, avec un nouveau code.
error-claim-revoked = Ce code a été révoqué.
    .fix = Demandez une nouvelle lettre à la ville.
error-claim-unknown = Ce code n'est pas connu.
    .fix = Retapez-le, lettre par lettre, comme il est imprimé.
error-claim-used = Ce code a déjà servi; le coffre qu'il a ouvert est intact.
    .fix = Connectez-vous. Si ce n'était pas vous, appelez la ville.
error-code-check = Un signe du code est faux, ou deux sont inversés.
    .fix = Comparez groupe par groupe avec la lettre.
error-code-length = Le code a { $found ->
        [one] { $found } signe au lieu
       *[other] { $found } signes au lieu
    } de { $expected }.
    .fix = Comparez groupe par groupe avec la lettre.
error-code-symbol = Le signe no { $position } n'est pas un signe de code.
    .fix = Comparez avec la lettre : ni U, ni ponctuation.
error-code-unsent = La ville ne connaît pas de code pour { $reference } : aucun document n'est parti ainsi; rien n'a été gelé.
    .fix = Il n'y a rien à geler. Si une lettre est partie, vérifiez la référence avec « voute codes list ».
error-code-used = Un code de la référence { $reference } a déjà servi; rien n'a été révoqué.
    .fix = Gelez-le avec « voute codes freeze » : rien de nouveau n'ira à ce coffre.
error-credential-refused = Cette clé d'accès n'a pas été acceptée; rien n'a changé.
    .fix = Essayez avec un autre appareil ou la trousse de récupération.
error-consent-conflict = Ce choix a été changé entre-temps, peut-être sur un autre appareil.
    .fix = Relisez vos choix, puis recommencez. Tant que rien n'est choisi, le papier continue.
error-consent-differs = Un choix montré par la Ville n'est pas de ce coffre, ou parle d'autre chose.
    .fix = Le papier part; signalez-le à la Ville.
error-consent-rollback = La Ville montre un choix plus ancien que celui que ce poste a déjà vu, ou n'en montre plus.
    .fix = Le papier part; signalez-le à la Ville.
error-receipts-damaged = Les reçus gardés d'un envoi ne sont plus ce que cette commande a écrit, et n'ont pu être comparés avec le nouveau registre de la ville : { $path } Rien n'a été envoyé.
    .fix = Remettez le fichier d'une sauvegarde; ou écartez-le : plus rien ne dira alors si la ville a perdu des documents de cet envoi.
error-print-list-damaged = La liste d'un envoi n'est plus ce que cette commande a écrit : { $path }
    .fix = Remettez le fichier d'une sauvegarde; ou écartez-le : tout le monde reçoit alors du papier.
error-delivery-committed = Cet envoi est confirmé; il ne peut plus être annulé.
    .fix = Remplacez les documents par un nouvel envoi.
error-delivery-differs = L'envoi ne correspond pas à ce que la ville a reçu; rien n'a été confirmé.
    .fix = Relancez l'envoi.
error-delivery-open = Un envoi du même nom est encore ouvert.
    .fix = Relancez : il sera d'abord annulé.
error-delivery-unknown = Cet envoi n'est pas connu.
    .fix = Vérifiez son identifiant.
error-document-deleted = Ce document a été supprimé par son titulaire.
    .fix = Il ne peut pas être rétabli; l'émetteur peut le livrer de nouveau sous une autre clé.
error-document-differs = Ce document n'est pas celui pour lequel le reçu a été fait : il a été changé, ou c'est un autre.
    .fix = Téléchargez de nouveau le document et son reçu depuis le coffre.
error-document-unknown = Ce document n'est pas dans ce coffre.
    .fix = Revenez à la liste des documents.
error-draft-refused = La ville n'a pas accepté ce lot; rien n'a été confirmé.
    .fix = Mettez à jour le logiciel, puis relancez.
error-duplicate-document = Un document de même clé a déjà été livré; rien n'a été livré deux fois.
    .fix = Si un autre envoi est inachevé, reprenez-le d'abord (voute deliver --resume); sinon relancez : il sera reconnu.
error-entry-bundle = Une page du registre n'est pas bien formée.
    .fix = Avertissez l'équipe informatique.
error-error = Une erreur s'est produite.
    .fix = Réessayez; si elle revient, avertissez l'équipe informatique.
error-event-differs = L'événement inscrit porte sur autre chose : un autre document, un autre acte ou un autre coffre.
    .fix = Reprenez le document ou l'acte avec le reçu qui l'accompagne.
error-fault = Une faute de notre programme a arrêté cette commande; ce qui était confirmé est gardé, le reste n'a pas été fait. Numéro : { $number }
    .fix = Relancez la commande. Si la faute revient, donnez à l'équipe informatique ce numéro et le fichier { $path }; « voute --debug … » montre tout sur l'écran.
error-fault-unkept = Une faute de notre programme a arrêté cette commande; ce qui était confirmé est gardé, le reste n'a pas été fait. Où elle s'est produite n'a pas pu être noté.
    .fix = Relancez la commande. Si la faute revient, « voute --debug … » la montre sur l'écran : donnez-la à l'équipe informatique.
error-file-changed = Un fichier a changé depuis le contrôle (ligne { $line }); l'envoi a été annulé.
    .fix = Relancez quand les fichiers ne changent plus.
error-format = Ces données ne sont pas bien formées; rien n'a été utilisé.
    .fix = Procurez-vous le fichier de nouveau à sa source, sans le modifier.
error-internal = Une faute de notre programme s'est produite; rien n'est perdu.
    .fix = Réessayez; si elle revient, avertissez l'équipe informatique.
error-no-issuer-home = Ce service n'a pas de dossier ici : { $path }
    .fix = Vérifiez --as et --home (ou VOUTE_HOME). Un nouveau service commence par « voute issuer init »; celui qui a perdu sa machine, par « voute issuer recover --city … --server … ».
error-no-city = Il n'y a pas de ville dans ce dossier : { $path }. Rien n'a changé.
    .fix = Nommez son dossier avec --data, ou ses réglages par VOUTE_CONFIG.
error-no-locks = Le dossier des verrous du registre manque : { $path }. Sans lui rien n'est signé; rien n'a démarré ni changé.
    .fix = Après une restauration : « voute admin log-recover » (docs/operate/backup.md), sauf si la ville tourne encore ailleurs. Sinon comparez le réglage « locks ».
error-issuer-home = Le dossier du service n'est pas en ordre : { $path }
    .fix = Vérifiez --as, --home, et que les secrets ne sont lisibles que par vous (mode 0600).
error-issuer-not-in-trust-root = La racine de confiance ne donne pas cette clé à l'émetteur { $issuer }; rien n'a été envoyé.
    .fix = Faites inscrire la clé du service par les responsables de la ville.
error-journal-damaged = Le carnet de cet envoi est abîmé ({ $path }); rien n'a été envoyé ni effacé.
    .fix = Relancez l'envoi avec sa liste, sans --resume : ce qui est déjà livré ne part pas deux fois.
error-city-founded = Une ville est déjà fondée ici; rien n'a changé.
    .fix = « voute admin keys » montre ses clés publiques. Une autre ville va dans un autre dossier (réglage « data »).
error-key-file = Un fichier de clé manque, ou existe déjà : { $file }
    .fix = Vérifiez le dossier de la ville; n'effacez aucune clé.
error-key-not-valid-then = La clé du service n'était pas valable à ce moment.
    .fix = Ne vous fiez pas au document; appelez la ville.
error-keyring-mismatch = Le trousseau n'est pas celui de ce coffre; rien n'a été utilisé.
    .fix = Avertissez la ville, avec ce message.
error-kit-other-vault = Cette trousse est celle d'un autre coffre; rien n'a été ouvert.
    .fix = Prenez la trousse du coffre d'où vient l'archive.
error-limit = Une limite serait dépassée; rien n'a été fait.
    .fix = Réduisez la taille ou séparez en plusieurs fois.
error-list-changed =
    { $changed ->
        [list] La liste n'est plus celle avec laquelle cet envoi a commencé; rien de plus n'a été envoyé.
       *[other] Le fichier de la ligne { $line } a changé depuis qu'il a été scellé; rien de plus n'a été envoyé.
    }
    .fix = Remettez-la comme elle était et reprenez, ou relancez sans --resume : l'envoi inachevé est annulé, puis recommencé.
error-lock-conflict = Un autre processus écrit le registre; rien n'a été signé.
    .fix = Vérifiez qu'un seul serveur est en marche.
error-lock-exists = Le verrou du registre existe déjà; rien n'a été remplacé.
    .fix = N'en créez pas un second : cela pourrait dédoubler le registre.
error-lock-missing = Le verrou du registre manque; rien n'a été signé.
    .fix = Vérifiez le chemin du verrou; n'en créez pas un nouveau.
error-log-ahead = Le registre est en avance sur ce serveur; rien n'a été signé.
    .fix = Ne redémarrez pas d'une vieille sauvegarde : avertissez l'équipe informatique.
error-log-damaged = Le registre sur le disque ne correspond pas à ce qui a été signé; rien de nouveau n'a été signé.
    .fix = Avertissez l'équipe informatique : restaurez les pages du registre.
error-log-ended = Ce point de contrôle a été signé après la fin de ce registre ({ $origin }); il ne prouve rien.
    .fix = Demandez un reçu ou une preuve du registre qui a pris sa suite.
error-lookup-refused = Ce code ne peut pas être révoqué; rien n'a changé.
    .fix = Vérifiez la référence.
error-machine-refused = Cet ordinateur a refusé un fichier : { $path } ({ $why }).
    .fix = Vérifiez le dossier, les droits et la place libre, puis relancez.
error-merkle-proof = La preuve d'inscription ne tient pas.
    .fix = Téléchargez de nouveau le reçu ou la preuve.
error-method-refused = Ce moyen d'accès n'a pas été accepté; rien n'a changé.
    .fix = Rechargez la page et recommencez.
error-no-quorum = Pas assez de témoins ont vu ce point de contrôle ({ $have } sur { $need }).
    .fix = Réessayez plus tard avec un reçu ou une preuve plus récents.
error-not-for-this-key = Aucune de ces clés n'ouvre cet objet.
    .fix = Vérifiez que c'est la bonne clé, la bonne trousse ou le bon code : une autre des vôtres, ou celle d'une autre ville, n'ouvre rien.
error-not-in-log = L'événement n'est pas dans le registre.
    .fix = Ne vous fiez pas à ce reçu ou à cette preuve; appelez la ville.
error-not-signed-in = Vous n'êtes pas connecté.
    .fix = Connectez-vous, puis recommencez.
error-not-yet-logged = C'est enregistré et en sûreté, mais pas encore publié au registre.
    .fix = Réessayez dans un moment.
error-note = Une note signée n'est pas bien formée.
    .fix = Téléchargez de nouveau le reçu ou la preuve.
error-nothing-to-resume = Aucun envoi inachevé de ce service ne correspond; rien n'a été fait.
    .fix = Relancez l'envoi avec sa liste : ce qui est déjà livré ne part pas deux fois.
error-pack-hash = Un lot est arrivé abîmé; rien n'en a été gardé.
    .fix = Relancez l'envoi.
error-pack-unknown = Ce lot n'est pas connu de la ville.
    .fix = Relancez l'envoi.
error-port-taken = Le port { $port } est pris par un autre programme; ce que la ville gardait est intact.
    .fix = « ss -ltnp sport = { $port } » nomme ce programme : arrêtez-le, puis recommencez. L'adresse de cette ville est la sienne pour toujours; une démonstration dans un autre dossier prend un autre port : voute demo --folder var/autre
error-address-refused = Le serveur ne peut pas écouter sur { $host }, port { $port } : un autre programme a la place, ou cette machine n'a pas cette adresse. Rien n'a démarré.
    .fix = « ss -ltnp sport = { $port } » nomme ce programme : arrêtez-le. Sinon comparez les réglages « host » et « port ».
error-address-served = Un autre serveur de Voûte (processus { $process }) a { $host }, port { $port }. Celui-ci n'a pas démarré; l'autre continue.
    .fix = Pour plus de processus d'une même ville : le réglage « workers ». Pour une autre ville : un autre « port ». Pour démarrer celui-ci à sa place : kill { $process }, puis recommencez.
error-stores-moved = La ville a été déplacée de ces stockages vers d'autres; ici est son passé. Rien n'a été ouvert ni changé.
    .fix = Démarrez avec le fichier de réglages donné à « voute migrate-store ». Pour revenir ici, déplacez la ville en sens inverse (docs/operate/move.md).
error-demo-runs = Une autre commande (processus { $process }) crée en ce moment la démonstration de ce dossier; rien n'a été changé.
    .fix = Attendez le lien dans l'autre terminal. Pour l'arrêter : Ctrl+C là-bas, ou « kill { $process } ».
error-demo-letters-used = Toutes les lettres de cette démonstration ont servi; les coffres ouverts sont intacts : { $origin }
    .fix = Pour en ouvrir un autre, créez une autre démonstration : voute demo --folder var/autre
error-preflight-failed = La liste a des choses à corriger; rien n'a été envoyé.
    .fix = Corrigez les lignes nommées, puis relancez.
error-range-refused = La partie demandée du document n'existe pas.
    .fix = Rechargez le document.
error-receipt-missing = Aucun reçu de ce document dans ce fichier.
    .fix = Vérifiez la référence, la ligne ou l'identifiant.
error-receipt-wrong = La ville a remis un reçu qui ne prouve rien du document envoyé; l'envoi est confirmé.
    .fix = Avertissez l'équipe informatique avec ce message, puis redemandez les reçus; ne vous fiez pas à ceux de cet envoi.
error-receipts-incomplete = L'envoi est confirmé, mais il manque des reçus ({ $received } sur { $expected }).
    .fix = Avertissez l'équipe informatique; les documents sont livrés.
error-recheck = Le second calcul du registre ne donne pas le même résultat; rien n'a été signé.
    .fix = Redémarrez le serveur; si cela revient, vérifiez la mémoire et le disque.
error-record-chain = La suite des déclarations de ce coffre ne tient pas; rien n'a été utilisé.
    .fix = Avertissez la ville, avec ce message.
error-index-conflict = Un autre appareil de ce coffre a écrit son index entre-temps; rien n'a été écrasé.
    .fix = Ouvrez le plus récent, appliquez-y le changement, puis envoyez de nouveau.
error-record-conflict = Le coffre a changé entre-temps; rien n'a été écrasé.
    .fix = Rechargez, puis recommencez.
error-records-missing = Cet acte se vérifie avec les enregistrements de son coffre, et { $path } n'est pas là; rien n'a été vérifié.
    .fix = Donnez-les avec --records; « voute open » les écrit à côté des actes (vault-records.json). Une preuve téléchargée du coffre aujourd'hui n'en a pas besoin.
error-reference-unknown = Aucun code n'a été fait pour la référence { $reference }.
    .fix = Vérifiez-la avec : voute codes list.
error-registry-busy = Un autre envoi de ce service est en cours; rien n'a été commencé.
    .fix = Attendez qu'il finisse, puis relancez.
error-registry-chain = Le carnet des codes ne suit pas le précédent; il n'a pas été utilisé.
    .fix = Restaurez registry.json, ou registry.json.1.
error-registry-full = Le carnet des codes de ce service n'a plus de place : il tient deux millions de codes. Aucun document n'est parti, et le carnet est resté tel quel.
    .fix = Partagez la liste entre plusieurs services (docs/operate/scale.md); les codes et les coffres déjà connus restent valables.
error-request-invalid = La demande n'est pas bien formée; rien n'a changé.
    .fix = Mettez à jour le logiciel qui l'a envoyée.
error-row-exists = Cet enregistrement existe déjà; rien n'a changé.
    .fix = Rechargez pour le voir.
error-sealer-died = Un processus de scellement s'est arrêté; rien n'a été confirmé, ce qui est scellé est gardé.
    .fix = Vérifiez la mémoire libre de cette machine, puis reprenez : voute deliver --resume
error-sequence-gap = Il manque un événement dans la suite du registre; rien n'a été signé.
    .fix = Avertissez l'équipe informatique.
error-setting = Un réglage est inconnu ou mal écrit : { $setting }. Rien n'a démarré.
    .fix = Cherchez-le dans le fichier que nomme VOUTE_CONFIG et dans les variables VOUTE_…; tous sont dans docs/operate/settings.md.
error-run-name = Un envoi ne peut pas s'appeler « { $name }… »; rien n'a été fait.
    .fix = Un nom a de 1 à 100 caractères, sans fin de ligne ni caractère caché. Donnez-en un autre : --run NOM
error-several-unfinished = Plusieurs envois sont inachevés : { $runs }. Rien n'a été fait.
    .fix = Dites lequel, avec --run.
error-sign-in-failed = La ville n'accepte pas la signature de ce service; rien n'a été envoyé.
    .fix = Sa clé a pris fin, ou n'est encore dans aucune racine de confiance en vigueur : comparez « voute issuer key » avec la racine de la ville, et voyez « voute issuer switch-key » (docs/operate/keys.md).
error-staging = Une étape préparée du registre est abîmée; rien n'a été signé.
    .fix = Avertissez l'équipe informatique.
error-state = Cela n'est pas possible dans l'état actuel; rien n'a changé.
    .fix = Rechargez pour voir l'état actuel, puis recommencez.
error-statement-refused = Une déclaration signée n'a pas été acceptée; rien n'a changé.
    .fix = Mettez à jour le logiciel qui l'a signée.
error-store = Le stockage a échoué; ce qui était confirmé est gardé.
    .fix = Réessayez dans un moment; sinon avertissez l'équipe informatique.
error-store-full = Il n'y a plus de place sur le disque; ce qui était confirmé est gardé.
    .fix = Libérez de la place, puis recommencez.
error-store-unreachable = Le stockage de la ville ne répond pas en ce moment. Ce qui était confirmé est gardé; la dernière étape a pu être faite ou non.
    .fix = Attendez quelques minutes, puis recommencez : rien n'est fait deux fois. Un envoi continue avec « voute deliver --resume ».
error-store-refused = Le stockage de la ville n'admet pas le serveur de la ville. Ce qui était confirmé est gardé; rien de nouveau n'a été rangé.
    .fix = Recommencer ne sert à rien pour l'instant. Avertissez l'équipe informatique de la ville : les clés, le compartiment ou les droits du stockage ne sont pas ceux des réglages (docs/operate/s3.md). Ensuite un envoi continue avec « voute deliver --resume ».
error-tile-conflict = Une page du registre existe déjà avec un autre contenu; rien n'a été remplacé.
    .fix = Avertissez l'équipe informatique.
error-tile-damaged = Une page du registre est abîmée.
    .fix = Avertissez l'équipe informatique : restaurez-la.
error-tile-missing = Une page du registre manque.
    .fix = Avertissez l'équipe informatique : restaurez-la.
error-tlog-proof = La preuve de l'inscription au registre n'est pas bien formée.
    .fix = Téléchargez de nouveau le reçu ou la preuve.
error-too-many = Trop d'essais en peu de temps; rien n'est perdu.
    .fix = Attendez quelques minutes, puis réessayez.
error-trust-file = La racine de confiance de la ville manque ou n'est pas assez signée.
    .fix = Placez trust-root.json, signé par les responsables de la ville, dans le dossier de la ville.
error-trust-not-pinned = Cette machine ne connaît pas encore la racine de confiance de la ville ({ $path }).
    .fix = Obtenez trust-root.json, puis : voute trust pin trust-root.json --fingerprint (celle de la lettre).
error-trust-root-chain = Cette racine de confiance ne suit pas celle qui est connue; l'ancienne reste.
    .fix = Obtenez les racines intermédiaires, dans l'ordre, par leur numéro : https://(la ville)/api/trust-root?number=2, et ainsi de suite.
error-trust-root-fingerprint = L'empreinte n'est pas celle de la lettre; rien n'a été gardé.
    .fix = Comparez de nouveau avec la lettre; sinon appelez la ville.
error-trust-root-quorum = Trop peu de responsables ont signé cette racine de confiance ({ $have } sur { $need }).
    .fix = Ne l'utilisez pas; appelez la ville.
error-trust-root-rollback = Cette racine de confiance est plus ancienne que celle qui est connue.
    .fix = Gardez la plus récente; si elle insiste, appelez la ville.
error-unknown-issuer = La racine de confiance ne connaît pas cet émetteur.
    .fix = Ne vous fiez pas au document; appelez la ville.
error-unknown-key = La signature est d'une clé que personne n'a annoncée.
    .fix = Ne vous fiez pas au document; appelez la ville.
error-unknown-log = Ce registre n'est pas un registre de cette ville.
    .fix = Vérifiez avec la bonne racine de confiance.
error-verification = Une vérification a échoué; rien n'a été montré ni utilisé.
    .fix = N'insistez pas : avertissez la ville, avec ce message.
error-witness-ahead = Le témoin a vu un registre plus long que celui-ci; rien n'a été signé.
    .fix = Ne redémarrez pas d'une vieille sauvegarde : avertissez l'équipe informatique.
error-witness-conflict = Le témoin connaît une autre taille du registre.
    .fix = Réessayez avec la taille qu'il donne.
error-witness-forbidden = Le témoin n'a pas reconnu la signature du registre.
    .fix = Vérifiez les clés que le témoin connaît.
error-witness-inconsistent = Le registre montré au témoin ne prolonge pas celui qu'il a vu.
    .fix = Avertissez l'équipe informatique : le registre s'est peut-être dédoublé.
error-witness-request = La demande au témoin n'est pas bien formée.
    .fix = Mettez à jour le logiciel.
error-witness-unknown-log = Le témoin ne suit pas ce registre.
    .fix = Ajoutez le registre au témoin.
error-wrong-city = Ce qui est vérifié et la racine de confiance ne sont pas de la même ville.
    .fix = Vérifiez avec la racine de confiance de la ville qui l'a remis.
error-wrong-document = Un autre document est arrivé que celui demandé; rien n'est montré.
    .fix = Appelez la ville, avec ce message.
error-wrong-origin = La demande vient d'une autre page que celle de la ville; rien n'a changé.
    .fix = Ouvrez l'adresse imprimée sur votre lettre.
error-wrong-statement = Une déclaration d'une autre sorte se trouve à cette place; rien n'a été utilisé.
    .fix = Procurez-vous le fichier de nouveau à sa source.
error-wrong-vault = Ce document est destiné à un autre coffre; rien n'est montré.
    .fix = Appelez la ville, avec ce message.
error-cannot-check = Rien n'a pu être comparé : { $what ->
    [trust-root] la racine de confiance manque ou n'est pas signée
    [log] ni le point de contrôle du registre ni son verrou ne se lisent
    [city] il n'y a pas de ville dans ce dossier
    [locks] le dossier des verrous du registre manque; après une restauration, commencez par « voute admin log-recover »
    [rebuild] le nouveau catalogue n'a pu être fait : son fichier existe déjà, ou un dépôt est illisible
   *[store] un stockage ne se lit pas
    }. Rien n'a changé.
    .fix = Vérifiez le dossier et les réglages; restaurez ce qui manque, puis recommencez.
error-city-served = Un serveur tourne pour cette ville; rien n'a été réparé.
    .fix = Arrêtez-le, puis relancez la réparation. Une simple vérification peut se faire pendant qu'il tourne.
error-repair-failed = La réparation s'est arrêtée à { $where } : un stockage a échoué. Ce qui était réparé le reste.
    .fix = Voyez le disque ou la base de données, puis relancez « voute fsck --repair ».
error-catalogue-version = Le catalogue est au schéma { $found }; cette version demande { $needed }. Rien n'a changé.
    .fix = Faites une sauvegarde, puis lancez « voute admin migrate », serveur arrêté. Si le numéro trouvé est le plus grand, revenez à la version qui l'a écrit.
error-backup-none = Il n'y a pas cette sauvegarde dans { $path }, ou aucune que vous puissiez lire; rien n'a changé.
    .fix = Vérifiez le nom du dossier, et à qui il est; « voute backup list » nomme ce qu'il contient.
error-backup-damaged = Un fichier n'est pas ce que dit son nom, ou ne peut être lu : { $path }. Rien n'en a été utilisé.
    .fix = Dans une sauvegarde : prenez la précédente (--name). Pendant une sauvegarde : lancez « voute fsck » sur la ville.
error-restore-not-empty = Il y a déjà quelque chose dans { $path }; rien n'a été écrit.
    .fix = Choisissez un dossier absent ou vide; sur S3 et dans une base aussi, rien ne doit y être.
error-freeze = { $why ->
    [busy] Une autre sauvegarde de cette ville est en cours
    [owner] { $path } appartient à un autre utilisateur, et il est trop gros pour être copié
    [link] { $path } est un lien symbolique : ce qui est derrière manquerait
    [mount] { $path } est sur un autre disque que le dossier de la Ville : une sauvegarde donne aux fichiers un second nom, qui n'atteint aucun autre disque
   *[catalogue] Le catalogue n'est ni un fichier SQLite ni une base PostgreSQL
    }; rien n'a été sauvegardé.
    .fix = { $why ->
    [busy] Attendez sa fin, puis recommencez.
    [owner] Donnez-le à l'utilisateur du serveur : chown voute:voute, avec ce chemin.
    [link] Mettez toute la ville sur l'autre disque, et le chemin dans le réglage « data ».
    [mount] Montez un seul disque pour tout le dossier de la Ville; seuls le catalogue et les verrous peuvent être ailleurs, par leurs réglages.
   *[catalogue] Vérifiez le réglage « catalogue ».
    }
error-log-behind = Le registre restauré a { $size ->
        [one] { $size } inscription
       *[other] { $size } inscriptions
    }; un registre de { $known } a été signé. Rien n'a changé : continuer ferait deux histoires.
    .fix = Restaurez une sauvegarde plus récente. S'il n'y en a pas, docs/operate/backup.md dit ce qui se fait d'une sauvegarde en retard; d'ici là, la ville reste en lecture seule.
error-log-over = Le registre { $origin } a pris fin : un autre a pris sa suite, et cette sauvegarde est d'avant. Rien n'a changé.
    .fix = Restaurez une sauvegarde d'après la succession. S'il n'y en a pas : docs/operate/backup.md, « The backup is behind ».
error-successor-named = { $why ->
        [begun] Un nouveau registre est déjà préparé : { $begun }, et non { $origin }
       *[used] Le nouveau registre ne peut pas s'appeler { $origin } : un registre de la ville a déjà ce nom
    }. Rien n'a changé.
    .fix = { $why ->
        [begun] Recommencez avec ce nom-là : les mêmes clés seront montrées.
       *[used] Donnez un nom qui n'a jamais servi.
    }
error-no-successor = Aucun registre n'est préparé pour prendre la suite de { $origin }. Rien n'a changé.
    .fix = « voute admin log-successor » en prépare un; docs/operate/keys.md dit la suite.
error-succession-early = La racine de confiance en vigueur ne dit pas encore que le registre change ({ $origin }). Rien n'a changé.
    .fix = Il faut une racine qui met fin à l'ancien registre et ouvre le nouveau, avec ses deux clés, et que sa date soit venue (docs/operate/keys.md).
error-succession-unsure = Le verrou du registre { $origin } n'est pas ici : personne ne sait ce qui fut signé en dernier. Rien n'a changé.
    .fix = Cherchez une sauvegarde plus récente. S'il n'y en a pas, donnez --behind avec le point de contrôle le plus récent que quelqu'un a gardé : ce qui manque sera perdu.
error-succession-older = Un registre de { $known ->
        [one] { $known } inscription
       *[other] { $known } inscriptions
    } a été signé, et celui du point de contrôle donné est plus court ({ $size }), ou un autre. Rien n'a changé.
    .fix = Donnez le plus récent : un témoin le montre à son adresse, /EMPREINTE/checkpoint.
error-successor-begun = Le témoin { $witness } connaît déjà le nouveau registre : une autre machine l'a. Rien n'a changé.
    .fix = Restaurez une sauvegarde d'après la succession, ou préparez un autre registre (voute admin log-successor) et une autre cérémonie.
error-log-unconfirmed = Trop peu de témoins ont confirmé que rien de plus récent n'a été signé ({ $have } sur { $need }). Rien n'a changé.
    .fix = Indiquez les adresses des témoins (réglage « witnesses »), ou donnez --checkpoint avec le plus récent qui soit cosigné.
error-log-unreadable = Aucun point de contrôle signé par le registre de cette ville n'a été restauré. Rien n'a changé.
    .fix = Restaurez une autre sauvegarde; voyez « voute backup check ».
error-plan = Le plan ne peut pas devenir une racine de confiance; ce qui ne va pas est à « { $what } ». Rien n'a été écrit.
    .fix = Corrigez le plan; « voute ceremony plan » en écrit un complet à partir d'une racine existante.
error-ceremony-mixed = Les signatures sont de projets différents; rien n'a été écrit.
    .fix = Faites signer le même projet par tous; comparez l'empreinte.
error-officer-key = Le fichier de clé { $path } n'en est pas un, existe déjà, ou d'autres peuvent le lire. Rien n'a changé.
    .fix = Vérifiez le chemin; « chmod 600 » si d'autres peuvent le lire. Une clé n'est jamais récrite.
error-token = { $why ->
    [pin] Le jeton refuse le NIP
    [key] Le jeton n'a pas de clé de cette étiquette
    [exists] Une clé de cette étiquette est déjà dans le jeton
    [library] Le module du jeton, ou le complément « pkcs11 », manque
    [token] Il n'y a pas de jeton de cette étiquette
   *[other] Le jeton refuse
    }. Rien n'a été signé.
    .fix = { $why ->
    [library] Donnez le module du fabricant avec --pkcs11; installez le paquet avec sa partie « pkcs11 », comme le dit docs/operate/keys.md.
   *[other] Vérifiez --token et --label. Attention : certains jetons se bloquent après de mauvais NIP.
    }
error-key-not-announced = La racine de confiance retenue ne nomme pas la nouvelle clé; l'ancienne continue de signer.
    .fix = Faites-la inscrire dans la racine de confiance, retenez cette racine (voute trust pin), puis changez.

error-notices-off = Cette ville n’envoie pas d’avis par courriel.
    .fix = Rien n’a été changé. Vos documents arrivent quand même dans votre coffre.

error-notice-code-wrong = Ce code n’est pas le bon, ou il ne sert plus.
    .fix = Rien n’a été changé. Relisez le courriel; pour un nouveau code, arrêtez les avis, puis entrez votre adresse de nouveau.

error-arms-refused = Ces armoiries ne peuvent pas être montrées : { $what }.
    .fix = Rien n’a été changé. Donnez un PNG à peu près carré, de 64 à 4096 points de côté, ou un SVG fait de formes seulement (docs/spec/arms.md).

error-push-off = Votre ville n’envoie pas d’avis sur les appareils.
    .fix = Rien n’a été changé. Vos documents arrivent quand même dans votre coffre.

error-push-service-unknown = Votre navigateur reçoit ses avis par un service que la ville n’utilise pas.
    .fix = Rien n’a été changé. Choisissez les avis par courriel, ou un autre navigateur.

error-push-service = Le service qui porte les avis aux appareils ne répond pas.
    .fix = Rien n’est perdu : les avis partiront plus tard. Ce serveur doit pouvoir joindre, sur le port 443, les services de push_services.

error-mail-server = Le serveur de courriel ne répond pas, ou nous refuse.
    .fix = Rien n’est perdu : les avis partiront plus tard. Vérifiez les réglages smtp_….
error-backup-busy = Une autre sauvegarde écrit dans { $path }; rien n'a été sauvegardé.
    .fix = Attendez sa fin, puis recommencez. Chaque ville a besoin d'un dossier de sauvegardes à elle.
error-move-refused = { $why ->
    [locks] Les nouveaux réglages nomment d'autres verrous. Le verrou du registre reste où il est : avec deux verrous, le registre pourrait se dédoubler
    [data] Les nouveaux réglages nomment un autre dossier de clés. Les clés et la racine de confiance restent où elles sont
    [taken] Une autre ville, ou un état plus récent de celle-ci, est dans le nouveau stockage
    [rows] Le nouveau catalogue contient d'autres lignes
   *[same] Les nouveaux réglages nomment les mêmes stockages que les réglages actuels
    }; rien n'a changé.
    .fix = { $why ->
    [locks] Donnez aux deux fichiers les mêmes réglages « locks » et « s3_locks ».
    [data] Donnez aux deux fichiers le même réglage « data ».
    [taken] Vérifiez les nouveaux réglages; videz le dossier du compartiment s'il peut disparaître, puis recommencez.
    [rows] Vérifiez les nouveaux réglages; videz la nouvelle base de données si elle peut disparaître, puis recommencez.
   *[same] Changez « blobs » ou « catalogue » dans le nouveau fichier.
    }
error-move-unsound = { $end ->
    [target] La copie a été vérifiée et présente { $differences ->
            [one] { $differences } différence
           *[other] { $differences } différences
        } : elle ne doit pas servir. La source est comme avant.
   *[source] La ville a été vérifiée avant la copie et présente { $differences ->
            [one] { $differences } différence
           *[other] { $differences } différences
        }. Rien n'a été copié.
    }
    .fix = { $end ->
    [target] Lancez « voute fsck » avec les nouveaux réglages pour les voir, puis recommencez : ce qui est entier n'est pas copié deux fois.
   *[source] Lancez « voute fsck », réparez ce qu'il nomme, puis recommencez.
    }
error-timestamp-authority = L'autorité d'horodatage ne répond pas, ou refuse. Le registre continue sans elle.
    .fix = Vérifiez le réseau et le réglage « tsa_url »; le serveur essaie de nouveau chaque minute.
error-timestamp-bad = L'horodatage ne tient pas : il n'est pas de cette autorité, ou pas de ce point de contrôle.
    .fix = Vérifiez que les certificats sont bien ceux de l'autorité; s'ils le sont, ne vous fiez pas à cet horodatage.
error-timestamp-stale = Le registre a continué, mais n'a pas été horodaté depuis { $minutes } min.
    .fix = Prévenez la Ville : son autorité d'horodatage ne répond peut-être plus.
