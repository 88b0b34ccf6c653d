# Ce que « voute fsck » trouve (find-CODE) et quoi faire (remedy-CODE).
fsck-stage-log = Le registre
fsck-stage-packs = Envois et lots
fsck-stage-ledger = Le grand livre
fsck-rebuilt = Le catalogue a été refait dans { $file } : { $deliveries ->
        [one] { $deliveries } envoi
       *[other] { $deliveries } envois
    }, { $documents ->
        [one] { $documents } document
       *[other] { $documents } documents
    }, { $vaults ->
        [one] { $vaults } coffre
       *[other] { $vaults } coffres
    }, { $events ->
        [one] { $events } événement
       *[other] { $events } événements
    }; documents qui n'ont pu être ramenés : { $lost }. Il ne sert pas encore : mettez-le à la place de celui qui est perdu, puis démarrez le serveur.
fsck-rebuild-alone = ne va ni avec --repair ni avec --quick
fsck-not-rebuilt-sessions = Pas ramenées : les sessions. Chacun, titulaire ou service, se connecte de nouveau.
fsck-not-rebuilt-drafts = Pas ramenés : les envois non confirmés. Les services les renvoient avec « voute deliver --resume ».
fsck-not-rebuilt-unlogged = Pas ramené : ce qui est arrivé dans la dernière seconde et n'avait pas encore sa place au registre. Qui n'a pas de reçu recommence.
fsck-not-rebuilt-times = Pas pareil : l'instant où un envoi fut montré est celui de sa confirmation; les compteurs des clés d'accès repartent de zéro.
fsck-not-rebuilt-headers = Pas pareil : les documents qui attendaient un code sont verrouillés comme pour la lettre; le trousseau les ouvre.
fsck-mended = Réparé : le registre prouve ce qui est juste.
fsck-can-mend = Le registre prouve ce qui est juste : « voute fsck --repair » le rétablit.
fsck-counts = Examinés : { $entries ->
        [one] { $entries } inscription
       *[other] { $entries } inscriptions
    } du registre, { $events ->
        [one] { $events } événement
       *[other] { $events } événements
    }, { $deliveries ->
        [one] { $deliveries } envoi
       *[other] { $deliveries } envois
    }, { $packs ->
        [one] { $packs } lot
       *[other] { $packs } lots
    }, { $documents ->
        [one] { $documents } document
       *[other] { $documents } documents
    }, { $vaults ->
        [one] { $vaults } coffre
       *[other] { $vaults } coffres
    }.
fsck-pending-committed = Envois confirmés que le serveur doit encore montrer : { $count }.
fsck-pending-drafts = Envois pas encore confirmés : { $count }.
fsck-pending-drafts-cut = Lots d'envois inachevés, à envoyer de nouveau ou à annuler : { $count }.
fsck-pending-numbered = Événements que le serveur doit encore écrire au registre : { $count }.
fsck-pending-publishing = Le serveur doit encore noter le dernier point de contrôle.
fsck-pending-sequencing = Le serveur doit encore finir une écriture au registre.
fsck-pending-destroying = Documents supprimés que le serveur doit encore détruire : { $count }.
fsck-pending-removing = Fichiers d'envois annulés que le serveur doit encore enlever : { $count }.
fsck-pending-staged = Écritures au registre que le serveur doit encore finir ou ranger : { $count }.
fsck-pending-uploads = Fichiers en route, ou laissés là (la différence se voit quand aucun serveur ne tourne) : { $count }.
fsck-pending-witnesses = Le dernier point de contrôle attend ses témoins.
fsck-done-clean = Aucune différence. { $seconds } s.
fsck-done-mended = Réparées : { $mended }.
fsck-done-differences = Différences : { $differences }, dont restes sans danger : { $leftovers }. { $seconds } s.

find-body-differs = Un document scellé n'est pas celui que nomme l'index de son lot.
remedy-body-differs = Avertissez le service : il envoie de nouveau ce document.
find-bundle-damaged = Une page d'inscriptions du registre est abîmée.
remedy-bundle-damaged = Restaurez-la d'une sauvegarde, puis relancez « voute fsck ».
find-bundle-missing = Une page d'inscriptions du registre manque.
remedy-bundle-missing = Restaurez-la d'une sauvegarde, puis relancez « voute fsck ».
find-catalogue-corrupt = La base de données elle-même signale des dégâts : { $detail }.
remedy-catalogue-corrupt = Arrêtez le serveur. Copiez le fichier de la base, restaurez la dernière sauvegarde, puis lancez « voute fsck --repair ».
find-chain-differs = La chaîne d'un journal n'est pas celle de ses événements dans le registre.
remedy-chain-differs = Restaurez cette ligne d'une sauvegarde du catalogue : son sel n'est nulle part ailleurs.
find-chain-missing = La chaîne du journal d'un coffre ou d'un code a disparu.
remedy-chain-missing = Restaurez cette ligne d'une sauvegarde du catalogue : son sel n'est nulle part ailleurs.
find-chain-stray = Une chaîne appartient à un journal sans événement.
remedy-chain-stray = Comparez avec une sauvegarde du catalogue; des événements de ce journal sont peut-être perdus.
find-checkpoint-bad = Le point de contrôle n'est pas signé par le registre et les témoins de la racine de confiance : { $detail }.
remedy-checkpoint-bad = Vérifiez que la racine de confiance est la bonne; puis démarrez le serveur : il signe de nouveau l'état que tient le verrou.
find-checkpoint-missing = Le point de contrôle signé du registre manque.
remedy-checkpoint-missing = Démarrez le serveur : il signe de nouveau l'état que tient le verrou.
find-credential-missing = Une clé d'accès d'un coffre ne peut pas se connecter : le catalogue ne l'a plus, ou sous un autre coffre.
remedy-credential-missing = Restaurez cette ligne d'une sauvegarde du catalogue; le titulaire peut se servir de sa trousse de secours.
find-deleted-remains = Son destinataire a supprimé ce document, mais son en-tête, sa carte ou ses sels sont encore gardés.
remedy-deleted-remains = Lancez « voute fsck --repair » : le serveur les détruit ensuite.
find-consent-column = Une colonne d'un choix (papier ou non) n'est pas ce que dit l'acte signé.
remedy-consent-column = Restaurez cette ligne d'une sauvegarde du catalogue.
find-consent-missing = Un choix signé (papier ou non) n'a plus de ligne : le papier part pour ce document.
remedy-consent-missing = Restaurez cette ligne d'une sauvegarde du catalogue.
find-consent-stray = Une ligne donne un choix (papier ou non) qu'aucun acte ne porte : les services de la Ville ne la croient pas.
remedy-consent-stray = Supprimez cette ligne ou restaurez-la d'une sauvegarde du catalogue.
find-delivery-column = Une colonne d'un envoi n'est pas ce que donnent ses lots et ses documents.
remedy-delivery-column = Restaurez cette ligne d'une sauvegarde du catalogue.
find-delivery-missing = Des lots ou des documents appartiennent à un envoi qui a disparu du catalogue.
remedy-delivery-missing = Restaurez cette ligne d'une sauvegarde du catalogue.
find-delivery-stray = Un envoi compte, mais aucun lot ne lui appartient.
remedy-delivery-stray = Restaurez ses lignes d'une sauvegarde du catalogue.
find-document-column = Une colonne d'un document n'est pas ce que donnent le registre, le lot et sa fiche.
remedy-document-column = Restaurez cette ligne d'une sauvegarde du catalogue.
find-document-missing = Un document est dans le registre ou dans son lot, mais pas dans le catalogue : son destinataire ne le voit pas.
remedy-document-missing = Restaurez la dernière sauvegarde du catalogue à côté du registre actuel, puis lancez « voute fsck --repair ».
find-document-stray = Le catalogue a un document qu'aucun lot ne contient.
remedy-document-stray = Restaurez cette ligne d'une sauvegarde du catalogue.
find-event-act = L'acte signé derrière un événement manque ou n'est pas le bon : { $detail }.
remedy-event-act = Restaurez cette ligne d'une sauvegarde du catalogue; qui a signé en a peut-être une copie.
find-event-bad = Un événement ne se lit pas : { $detail }.
remedy-event-bad = Restaurez cette ligne d'une sauvegarde du catalogue.
find-event-beyond-log = Le catalogue dit que le registre a l'inscription { $index }; le registre finit avant.
remedy-event-beyond-log = Le registre a perdu des inscriptions publiées : ne démarrez pas le serveur. Restaurez le dossier du registre dans son dernier état.
find-event-column = Une colonne à côté d'un événement n'est pas ce que dit l'événement lui-même.
remedy-event-column = Restaurez cette ligne d'une sauvegarde du catalogue.
find-event-differs = Un événement n'est pas celui dont l'empreinte est dans le registre.
remedy-event-differs = Restaurez cette ligne d'une sauvegarde du catalogue; ses reçus ne se vérifieraient pas.
find-event-missing = Le registre a une inscription dont l'événement a disparu du catalogue.
remedy-event-missing = Restaurez la dernière sauvegarde du catalogue à côté du registre actuel, puis lancez « voute fsck --repair ».
find-job-stray = Un travail gardé ne parle de rien dans le catalogue.
remedy-job-stray = Comparez avec une sauvegarde du catalogue : un document est peut-être perdu.
find-index-differs = L'index scellé d'un coffre est abîmé : les pages de son titulaire rouvrent chaque document.
remedy-index-differs = Aucun document n'est perdu. La prochaine visite du titulaire écrit un nouvel index; les marques qu'il avait faites sont perdues, sauf si cette ligne est restaurée à partir d'une sauvegarde du catalogue.
find-keyring-differs = Le trousseau d'un coffre n'est pas celui que nomme sa dernière fiche signée.
remedy-keyring-differs = Restaurez cette ligne d'une sauvegarde du catalogue; l'archive exportée par le titulaire en a une copie.
find-keyring-missing = Le trousseau d'un coffre a disparu : son titulaire ne peut pas l'ouvrir.
remedy-keyring-missing = Restaurez cette ligne d'une sauvegarde du catalogue; l'archive exportée par le titulaire en a une copie.
find-ledger-damaged = Un fichier du grand livre, d'où un catalogue perdu serait refait, est abîmé.
remedy-ledger-damaged = Réglez d'abord les autres différences, puis lancez « voute fsck --repair » : le fichier est récrit d'après le catalogue.
find-ledger-differs = Un fichier du grand livre dit autre chose que le catalogue, et le registre ne prouve pas lequel est juste.
remedy-ledger-differs = Gardez les deux. Si le catalogue est juste, écartez le fichier et lancez « voute fsck --repair »; si c'est le fichier, refaites le catalogue avec « voute fsck --rebuild-into ».
find-ledger-missing = Un fichier du grand livre, d'où un catalogue perdu serait refait, manque.
remedy-ledger-missing = Réglez d'abord les autres différences, puis lancez « voute fsck --repair » : le fichier est récrit d'après le catalogue.
find-ledger-remains = Le grand livre garde encore ce qui devait être détruit avec un document supprimé.
remedy-ledger-remains = Réglez d'abord les autres différences, puis lancez « voute fsck --repair ».
find-lock-ahead = Le verrou promet { $locked ->
        [one] { $locked } inscription
       *[other] { $locked } inscriptions
    }, { $published ->
        [one] { $published } est publiée
       *[other] { $published } sont publiées
    }, et aucun envoi en attente ne mène des unes aux autres.
remedy-lock-ahead = Restaurez le dossier du registre dans son tout dernier état; sinon un autre registre prend la suite (docs/operate/keys.md).
find-lock-bad = Le verrou du registre ne contient pas un état du registre.
remedy-lock-bad = Ne démarrez pas le serveur. Ne restaurez jamais un verrou d'une sauvegarde : un autre registre prend la suite (docs/operate/keys.md).
find-lock-behind = Le verrou tient la taille { $locked }, le registre publié a { $published } ou une autre racine : le verrou a été remis en arrière.
remedy-lock-behind = Ne démarrez pas le serveur : il pourrait dédoubler le registre. Un autre registre prend la suite (docs/operate/keys.md).
find-lock-missing = Le verrou qui empêche le registre de se dédoubler manque.
remedy-lock-missing = Vérifiez le réglage `locks`. Après une restauration : « voute admin log-recover ». Ne créez jamais un verrou autrement : s'il est perdu, un autre registre prend la suite (docs/operate/keys.md).
find-log-behind = Le catalogue a un point de contrôle signé de { $noted ->
        [one] { $noted } inscription
       *[other] { $noted } inscriptions
    }, plus grand que le registre : le registre a été remis en arrière et ne prouve plus rien.
remedy-log-behind = Ne démarrez pas le serveur. Restaurez le dossier du registre dans son dernier état, puis vérifiez de nouveau.
find-log-state-differs = La copie du point de contrôle dans le catalogue n'est pas un état de ce registre.
remedy-log-state-differs = Lancez « voute fsck --repair »; si rien ne change, le catalogue est d'une autre ville ou plus récent que le registre : restaurez les deux ensemble.
find-log-state-missing = Le catalogue n'a plus sa copie du point de contrôle.
remedy-log-state-missing = Démarrez le serveur : il note de nouveau le point de contrôle.
find-log-stray = Un fichier dans le dossier du registre n'appartient à aucune de ses pages.
remedy-log-stray = Voyez qui l'a mis là; il peut être enlevé à la main.
find-lookup-column = Une colonne d'un code n'est pas ce que disent les événements signés et la fiche de ses documents.
remedy-lookup-column = Restaurez cette ligne d'une sauvegarde du catalogue.
find-lookup-missing = Un code que nomment des documents ou des événements a disparu du catalogue.
remedy-lookup-missing = Restaurez cette ligne d'une sauvegarde du catalogue : d'ici là sa lettre n'ouvre rien.
find-method-differs = Un accès à un coffre ne s'accorde pas avec lui-même.
remedy-method-differs = Restaurez cette ligne d'une sauvegarde du catalogue; un autre accès au coffre marche encore.
find-method-missing = Un accès à un coffre que nomme sa fiche signée a disparu.
remedy-method-missing = Restaurez cette ligne d'une sauvegarde du catalogue; un autre accès au coffre marche encore.
find-method-stray = Le catalogue a un accès à un coffre que sa fiche signée ne nomme pas.
remedy-method-stray = Cherchez qui l'a ajouté; il n'ouvre rien, mais peut se connecter.
find-number-differs = Le numéro d'un coffre n'a pas été donné au code qui l'a ouvert.
remedy-number-differs = Restaurez cette ligne d'une sauvegarde du catalogue.
find-pack-bad = Un lot est bien celui que promet son nom, mais son index ne se lit pas : { $detail }.
remedy-pack-bad = Avertissez le service : il a envoyé un lot qu'aucune ville n'aurait dû accepter.
find-pack-column = Une colonne de la ligne d'un lot n'est pas ce que donne le lot.
remedy-pack-column = Restaurez cette ligne d'une sauvegarde du catalogue.
find-pack-damaged = Un lot n'est pas celui que promet son nom; documents abîmés qu'il contient : { $documents }.
remedy-pack-damaged = Restaurez ce fichier d'une sauvegarde; sinon le service envoie de nouveau ses documents.
find-pack-missing = Un lot de documents scellés manque.
remedy-pack-missing = Restaurez ce fichier d'une sauvegarde; sinon le service envoie de nouveau ses documents.
find-pack-orphan = Aucun envoi ne parle de ce lot : un envoi interrompu ou annulé l'a laissé.
remedy-pack-orphan = « voute fsck --repair » l'enlève dès que tout le reste est sain.
find-pack-row-missing = Un lot est là, sa ligne dans le catalogue a disparu.
remedy-pack-row-missing = Restaurez cette ligne d'une sauvegarde du catalogue.
find-parts-differ = Le catalogue et la fiche n'ont pas la même chose d'un document, et le registre ne dit pas lequel a raison.
remedy-parts-differ = Comparez avec une sauvegarde : le bon s'ouvre avec la clé de son destinataire, l'autre est refusé et jamais montré.
find-parts-missing = L'en-tête et la carte d'un document ont disparu du catalogue.
remedy-parts-missing = Restaurez cette ligne d'une sauvegarde du catalogue.
find-parts-stray = L'en-tête et la carte d'un document sont là, le document non.
remedy-parts-stray = Comparez avec une sauvegarde du catalogue : un document est peut-être perdu.
find-record-column = Une colonne à côté d'une fiche signée n'est pas ce que dit la fiche.
remedy-record-column = Restaurez cette ligne d'une sauvegarde du catalogue.
find-record-missing = Le registre nomme une fiche signée d'un coffre qui a disparu.
remedy-record-missing = Restaurez cette ligne d'une sauvegarde du catalogue; les pages du destinataire en ont une copie.
find-records-bad = Les fiches signées d'un coffre ne forment pas une chaîne : { $detail }.
remedy-records-bad = Restaurez ces lignes d'une sauvegarde du catalogue; d'ici là rien n'est scellé pour ce coffre.
find-root-differs = Les inscriptions gardées ne mènent pas à la racine que le registre a promise : rien ne peut être prouvé, rien n'est donc réparé.
remedy-root-differs = Ne démarrez pas le serveur. Restaurez le dossier du registre d'une sauvegarde ou d'une copie, puis vérifiez de nouveau.
find-sidecar-damaged = La fiche d'un lot est abîmée.
remedy-sidecar-damaged = Restaurez ce fichier d'une sauvegarde; le catalogue a encore les documents.
find-sidecar-differs = La fiche d'un lot ne s'accorde pas avec le registre.
remedy-sidecar-differs = Restaurez ce fichier d'une sauvegarde; le catalogue a encore les documents.
find-sidecar-missing = La fiche d'un lot (en-têtes, cartes, événements) manque.
remedy-sidecar-missing = Restaurez ce fichier d'une sauvegarde; le catalogue a encore les documents.
find-sidecar-orphan = Aucun envoi ne parle de cette fiche.
remedy-sidecar-orphan = « voute fsck --repair » l'enlève dès que tout le reste est sain.
find-sidecar-other = La fiche d'un lot est celle d'un autre lot.
remedy-sidecar-other = Restaurez ce fichier d'une sauvegarde; le catalogue a encore les documents.
find-statement-bad = La déclaration signée du service sur un lot ne tient pas : { $detail }.
remedy-statement-bad = Restaurez la fiche de ce lot d'une sauvegarde; les reçus de ses documents se vérifient toujours.
find-stray-file = Un fichier qui n'est pas de la ville.
remedy-stray-file = Voyez qui l'a mis là; il peut être enlevé à la main.
find-temporary-left = Un fichier jamais terminé : un arrêt brutal l'a laissé.
remedy-temporary-left = « voute fsck --repair » l'enlève.
find-tile-damaged = Une page d'empreintes du registre n'est pas celle que donnent ses inscriptions.
remedy-tile-damaged = Restaurez-la d'une sauvegarde, puis relancez « voute fsck ».
find-tile-missing = Une page d'empreintes du registre manque.
remedy-tile-missing = Restaurez-la d'une sauvegarde, puis relancez « voute fsck ».
find-vault-column = Une colonne d'un coffre n'est pas ce que dit sa dernière fiche signée.
remedy-vault-column = Restaurez cette ligne d'une sauvegarde du catalogue.
find-vault-missing = Des fiches ou des clés appartiennent à un coffre qui a disparu du catalogue.
remedy-vault-missing = Restaurez cette ligne d'une sauvegarde du catalogue.
