### Pages des résidents.

## Accueil et ouverture du coffre

welcome-title = Le courrier de votre ville, dans un coffre que personne d’autre ne peut ouvrir
welcome-lead = Avis de taxes, permis, constats, certificats : lisez-les, gardez-les, prouvez qu’ils sont authentiques. Sans mot de passe, sans rendez-vous.
welcome-have-letter = J’ai reçu une lettre avec un code
    .hint = Un coffre s’ouvre ainsi la première fois.
welcome-no-vault = Pas encore de coffre? Entrez le code de votre lettre
welcome-facts-title = Ce que ce coffre a de différent
welcome-fact-sealed = Personne d’autre ne peut lire
    .text = Chaque document est scellé avant de quitter la Ville et ne s’ouvre que sur votre appareil. Nous n’avons pas la clé.
welcome-fact-proof = Chaque document a sa preuve
    .text = Un reçu, que votre banque ou votre notaire vérifie sans compte et sans nous, dit de qui vient le document et qu’il n’a pas changé.
welcome-fact-leave = Vous partez quand vous voulez
    .text = Tout s’emporte dans un format ouvert, lisible sans ce service. Le papier reste possible, toujours.

sign-in-title = Ouvrir mon coffre
sign-in-title-asked = Votre coffre est verrouillé
sign-in-title-elsewhere = Votre coffre a été verrouillé
sign-in-title-locked = Votre coffre s’est refermé
sign-in-title-expired = Votre visite a pris fin
sign-in-title-signed-out = Votre coffre est fermé
sign-in-lead = Une seule confirmation vous identifie et ouvre le coffre.
sign-in-why-asked = Plus rien n’est lisible sur cet appareil. Une seule confirmation le rouvre, à la même page.
sign-in-why-elsewhere = Vous l’avez verrouillé dans un autre onglet, ou il s’y est refermé tout seul. Une seule confirmation le rouvre, à la même page.
sign-in-why-locked = Personne n’y a touché depuis quelques minutes, alors nous l’avons refermé. Rien n’est perdu : une seule confirmation le rouvre, à la même page.
sign-in-why-expired = Pour votre sécurité, une visite ne dure pas indéfiniment. Ouvrez de nouveau votre coffre : vous reviendrez à la même page.
sign-in-why-signed-out = Plus rien n’est lisible sur cet appareil. À bientôt.
sign-in-button = Ouvrir mon coffre
sign-in-button-hint = Avec votre empreinte, votre visage, le code de votre appareil ou votre carte.
sign-in-with-kit = Utiliser ma trousse de secours
sign-in-prompt = Confirmez sur votre appareil…
sign-in-opening = Ouverture du coffre…
sign-in-kit-title = Ouvrir avec la trousse de secours

kit-form-asked = Collez le texte de votre trousse, ou choisissez son fichier. Elle est lue dans cette page et n’est envoyée nulle part.
kit-form-no-prf = Votre clé d’accès vous a bien identifié, mais cet appareil ne sait pas s’en servir pour ouvrir le coffre. Votre trousse de secours le peut. Vous pouvez aussi ouvrir votre coffre sur un autre appareil.
kit-form-no-passkeys = Ce navigateur ne connaît pas les clés d’accès. Votre trousse de secours ouvre le coffre quand même.
kit-form-label = Texte de la trousse
kit-form-hint = Il commence par « # voute-kit » et se termine par une longue ligne « AGE-SECRET-KEY-PQ-1… ».
kit-form-file = Choisir le fichier
scan-open = Numériser le carré
scan-title-kit = Présentez le carré de votre trousse
scan-title-letter = Présentez le carré de votre lettre
scan-text-kit = Tenez la feuille à plat, le carré entier dans l’image. L’image reste dans cette page : rien n’est gardé ni envoyé.
scan-text-letter = Tenez la lettre à plat, le carré entier dans l’image. L’image reste dans cette page : rien n’est gardé ni envoyé.
scan-busy = Ouverture de l’appareil photo…
scan-video = Ce que voit l’appareil photo
scan-other-kit = Ce carré n’est pas celui d’une trousse. Présentez celui de votre feuille.
scan-other-letter = Ce carré ne mène pas ici. Présentez celui que la Ville a imprimé sur votre lettre. S’il est collé par-dessus, c’est un piège : appelez-nous.
scan-without-kit = Recopiez ou collez le texte de la trousse, ou choisissez son fichier.
scan-without-letter = Tapez le code imprimé sous le carré : il ouvre la même lettre.
scan-found = Le carré est lu. Vous pouvez continuer.
scan-leave = Fermer
scan-close = Fermer l’appareil photo
kit-form-missing = Collez le texte de la trousse, ou choisissez son fichier.
kit-form-too-large = Ce fichier est trop gros pour être une trousse. Celui de la trousse est un court texte, enregistré sous le nom « { $file } ».
kit-form-submit = Ouvrir avec la trousse

nav-documents = Documents
nav-paper = Papier
nav-ways-in = Moyens d’accès

## Du code de la lettre au document ouvert

open-type-title = Entrez le code de votre lettre
open-type-lead = Il est imprimé sous le carré à numériser : six groupes de quatre lettres ou chiffres.
open-type-lost = Cette page a été rechargée. Le code de votre lettre n’y est gardé nulle part : numérisez de nouveau le carré, ou entrez le code.
open-code-label = Code
open-code-hint = Majuscules ou minuscules, avec ou sans tirets. Le O se lit comme un zéro, le I et le L comme un 1.
open-code-count = { $count ->
        [one] { $count } caractère
       *[other] { $count } caractères
    } sur { $of }
open-code-group = C’est « { $symbol } », dans le groupe { $group }.
open-code-missing = { $missing ->
    [one] Il manque un caractère.
   *[other] Il manque { $missing } caractères.
}
open-code-extra = { $extra ->
    [one] Il y a un caractère de trop.
   *[other] Il y a { $extra } caractères de trop.
}
open-code-empty = Entrez le code de votre lettre, ou numérisez le carré.
open-code-submit = Voir ce qui m’attend
open-checking-title = Lecture du code
open-checking = Nous cherchons ce qui vous attend…
open-letter-label = Ce qui vous attend
open-letter-title = { $count ->
    [one] Vous avez reçu un document
   *[other] Vous avez reçu { $count } documents
}
open-letter-dated = du { $date }
open-letter-button = Ouvrir mon coffre
open-letter-hint-shared = Cet ordinateur étant partagé, gardez la clé sur votre téléphone ou sur une clé de sécurité : votre navigateur vous le proposera.
open-letter-hint = Votre appareil vous demandera une confirmation : empreinte, visage ou code. C’est tout : ni mot de passe, ni formulaire.
open-prompt-title = Confirmez sur votre appareil
open-prompt = Nous attendons votre confirmation…
open-again-title = Encore une confirmation, la dernière
open-again-lead = Votre appareil a créé la clé d’accès, mais il demande un second geste pour qu’elle ouvre le coffre. Ensuite, un seul suffira.
open-again-button = Confirmer de nouveau
open-without-passkey = Continuer sans clé d’accès
open-kit-title = Gardez d’abord votre trousse de secours
open-kit-no-prf = Cet appareil sait vous identifier, mais pas ouvrir un coffre. Votre coffre s’ouvrira avec la trousse que voici. Imprimez-la ou enregistrez-la, puis continuez.
open-kit-no-passkeys = Ce navigateur ne connaît pas les clés d’accès. Votre coffre s’ouvrira avec la trousse que voici. Imprimez-la ou enregistrez-la, puis continuez.
open-kit-asked = Votre coffre s’ouvrira avec la trousse que voici, sans clé d’accès. Imprimez-la ou enregistrez-la, puis continuez.
open-kit-button = Ouvrir mon coffre
open-making-title = Votre coffre se prépare
open-making = Quelques secondes : vos clés sont faites ici, sur votre appareil.
open-unsent-kept = Ce que vous avez fait est gardé dans cette page : dès que la connexion revient, cela repart tout seul, une seule fois.
open-retype = Entrer un autre code
open-not-mine = Cette lettre n’est pas pour moi
open-used = Un coffre a déjà été ouvert avec cette lettre. Un code ne sert qu’une fois.
open-used-since = Un coffre a été ouvert avec cette lettre le { $date }. Un code ne sert qu’une fois.
open-used-me = Si c’était vous
    .text = Votre coffre et vos documents vous attendent.
open-used-other = Si ce n’était pas vous
    .text = Quelqu’un a peut-être eu votre lettre en main avant vous. Dites‑le : plus rien de nouveau n’ira dans ce coffre.
    .act = Ce n’était pas moi
open-give-used = Bloquer ce code?
    .does = Plus aucun document n’ira dans le coffre ouvert avec cette lettre. Le prochain partira sur papier, puis une lettre portera un nouveau code.
    .not = Ce qui a déjà été ouvert ne peut pas être repris, et un code bloqué le reste. Appelez-nous aussi : quelqu’un a peut-être pris votre courrier.
    .act = Bloquer ce code
open-give-letter = Cette lettre n’est pas pour vous?
    .does = Ce code n’ouvrira plus rien, et le service qui a écrit le saura. Le prochain document partira sur papier.
    .not = Rien n’a été ouvert ni enregistré ici. Si la lettre est pour quelqu’un de chez vous, donnez-la-lui plutôt : un code mis de côté le reste.
    .act = Mettre ce code de côté
open-give-busy = Un instant…
open-given-used = Le code est bloqué
    .next = Plus rien de nouveau n’ira dans ce coffre. Le service qui a écrit le saura à son prochain envoi, et cet envoi partira sur papier.
    .you = Appelez-nous si vous pensez que l’on a pris votre courrier.
open-given-letter = C’est noté, merci
    .next = Ce code n’ouvre plus rien. Le service qui a écrit le saura à son prochain envoi.
    .you = Remettez la lettre à la poste ou détruisez-la, puis fermez cette page.

shared-choice = D’autres personnes se servent de cet appareil
    .text = Rien de votre coffre ne sera gardé ici. Il se verrouillera après deux minutes, et votre visite prendra fin avec cet onglet. Ce choix vaut pour ce navigateur.
shared-open = Appareil partagé : quittez votre coffre avant de partir.
shared-leave = Quitter mon coffre
shared-files = Appareil partagé : un fichier téléchargé reste sur cet appareil, une page imprimée reste dans l’imprimante.

terms-title = Les conditions, en mots simples
terms-what = Ce coffre est gratuit. La Ville y dépose vos documents; vous les lisez, les gardez et les emportez.
terms-keys = Les clés sont faites et gardées sur votre appareil. Si vous les perdez toutes, personne ne peut rouvrir le coffre; la Ville peut alors déposer de nouveau ses documents dans un coffre neuf.
terms-paper = Le papier continue. Ouvrir ce coffre ne vous retire aucune lettre : c’est vous qui choisirez, type de document par type de document, et vous pourrez changer d’avis.
terms-log = Chaque dépôt et chaque première lecture laissent une trace, illisible pour les autres, dans un registre public que personne ne peut réécrire.
terms-leave = Vous pouvez partir à tout moment, avec tous vos documents.
terms-law = Ce service suit la Loi concernant le cadre juridique des technologies de l’information (C-1.1) et la Loi sur l’accès aux documents des organismes publics et sur la protection des renseignements personnels (A-2.1).

## Plus à moi

disown-link = Ce document ne me concerne pas, ou plus
disown-title = Ne plus recevoir ces envois?
disown-lead = { $issuer } : « { $title } ».
disown-does = Les prochains documents de cet envoi n’arriveront plus dans votre coffre : ils partiront sur papier, à l’adresse que le service connaît.
disown-not = Vos documents restent dans votre coffre, celui-ci aussi.
disown-final = C’est définitif pour ce code : pour recevoir de nouveau ici, il faudra le code d’une nouvelle lettre.
disown-button = Ne plus recevoir
disown-busy = Un instant…
disown-back = Retour au document
disown-done = C’est noté
    .next = { $issuer } le saura à son prochain envoi, et cet envoi partira sur papier.
    .kept = Ce qui est dans votre coffre y reste.

## Documents

documents-title = Mes documents
documents-loading = Ouverture de vos documents…
documents-opening = { $count ->
        [one] { $total } document ouvert, d’autres arrivent…
       *[other] { $total } documents ouverts, d’autres arrivent…
    }
documents-count = { $count ->
    [0] Aucun document
    [one] 1 document
   *[other] { $total } documents
}
documents-to-do = À faire
documents-to-do-late = { $count ->
    [one] Date passée
   *[other] Dates passées
}
documents-to-do-soon = Dans les sept jours
documents-to-do-later = Dans plus de sept jours
documents-to-do-all = Voir { $count ->
        [one] la seule échéance à venir
       *[other] les { $count } échéances à venir
    }
documents-missing = { $count ->
    [one] Un document que vous aviez n’est plus dans la liste de la Ville
   *[other] { $count } documents que vous aviez ne sont plus dans la liste de la Ville
}
    .text = Si vous l’avez supprimé sur un autre appareil, tout va bien. Sinon, appelez-nous : votre coffre garde la trace de ce qu’il a déjà vu.
documents-missing-forget = Je sais pourquoi
documents-unmarked = « { $title } » n’a pas été marqué comme traité : il reste à faire.
documents-index-old = Vos marques les plus récentes manquent peut-être
documents-index-refused = Ce que vous aviez noté n’a pas pu être relu
documents-index =
    .text = Vos documents sont tous là, rouverts et vérifiés un à un. Seuls vos marques, titres et notes peuvent manquer.
documents-unread = Non lu :
documents-more = Afficher plus de documents
documents-newer = Afficher des documents plus récents
documents-years = Aller à une année
documents-none-found = Rien ne correspond à ce que vous cherchez.
documents-show-all = Tout afficher
documents-empty = Rien pour le moment
    .text = Vos documents apparaîtront ici dès que la Ville en déposera un.
documents-refused = { $count ->
    [one] Un document n’a pas passé les vérifications et n’est pas affiché
   *[other] { $count } documents n’ont pas passé les vérifications et ne sont pas affichés
}
    .text = Ce n’est pas votre faute. Appelez-nous et donnez ces codes.
    .code = Code { $code }
    .which = Document
documents-reminder = Votre coffre n’a qu’un seul moyen d’accès
    .text = Si vous perdez cet appareil, plus rien ne l’ouvrira. Faites une trousse de secours : une feuille à imprimer, deux minutes.
    .act = Ajouter un second moyen d’accès
    .later = Plus tard

filter-text = Chercher dans mes documents
filter-title = Filtrer
filter-issuer = Service
filter-type = Type
filter-all = Tous
filter-year = Année
filter-all-years = Toutes
filter-folder = Dossier
filter-open = Pas encore traités seulement
filter-unread = Non lus seulement

## Un document

document-tab = Document
document-back = Mes documents
document-loading-title = Ouverture du document
document-loading = Le document est ouvert et vérifié sur votre appareil…
document-issued = émis le { $date }
document-amount = Montant
document-part = Versement { $number } sur { $of }
document-part-of = versement { $number } sur { $of }, total { $total }
document-total = Montant total
document-due = à payer au plus tard le { $date }
document-due-label = À payer au plus tard le
document-reply-by = réponse au plus tard le { $date }
document-reply-label = Réponse au plus tard le
document-reference = Référence de paiement
document-reference-copy = Copier
document-reference-copied = Référence copiée, à coller dans le site de votre banque.
document-reference-failed = Ce navigateur n’a pas pu la copier. Touchez la référence un instant, puis copiez-la.
document-download = Télécharger (PDF, { $size })
document-print = Imprimer
document-print-far = Préparation de l’impression : page { $number } sur { $pages }
document-print-stop = Ne pas imprimer

document-handle = Marquer comme traité
document-unhandle = Remettre à faire
document-handled = Traité
document-handled-said = « { $title } » est traité
document-unhandled-said = « { $title } » est de nouveau à faire
document-unkept = Ce que vous venez de noter n’est pas encore enregistré. Il reste ici tant que votre coffre est ouvert, et il est envoyé de nouveau dans un instant.
document-calendar = Ajouter à l’agenda
document-share = Partager
document-share-failed = Cet appareil n’a pas pu partager le fichier. Téléchargez-le, puis joignez-le.
document-delete = Supprimer ce document
document-delete-title = Supprimer ce document pour toujours?
document-delete-what = Il disparaît tout de suite de votre coffre, sur tous vos appareils. Quelques secondes plus tard, ce qui permet de l’ouvrir est détruit : personne ne pourra le rétablir, ni vous, ni nous.
document-delete-kept = Le registre garde la preuve que vous l’avez supprimé, et quand. Ce que vous avez téléchargé ou imprimé reste à vous. Ce que vous devez à la Ville reste dû.
document-delete-confirm = Supprimer pour toujours
document-delete-cancel = Garder le document
document-deleting = Suppression…
document-deleted-title = Le document est supprimé
document-deleted-what = « { $title } » n’est plus dans votre coffre.
document-deleted-waiting = La preuve de la suppression se prépare, d’ordinaire en moins d’une minute.
document-deleted-late = La suppression n’est pas encore inscrite au registre public. Le document est supprimé tout de même.
document-deleted-ask = Redemander la preuve
document-deleted-proof = La suppression est inscrite au registre public, ligne { $index }.
document-deleted-save = Télécharger la preuve
own-open = Titre, dossier, note
own-heading = Pour vous seulement
own-text = La Ville ne lit rien de ceci : c’est scellé avec votre coffre, et vous le retrouvez sur vos autres appareils.
own-title = Votre titre
own-title-hint = À la place de « { $title } », qui reste écrit en dessous.
own-folder = Dossier
own-folder-hint = Un nom à vous : Maison, Auto, Impôts… Laissez vide pour ne pas classer.
own-note = Note
own-save = Enregistrer
own-cancel = Annuler
own-saved = C’est noté, pour vous seulement.
own-theirs = Titre de la Ville : { $title }

offer-title = Recevoir ce genre de document sans papier?
offer-text = « { $type } » vous arrive aussi par la poste. Rien ne change tant que vous ne le demandez pas, et vous pourrez revenir au papier quand vous voudrez.
offer-look = Voir ce que cela change
offer-decline = Non merci
offer-declined = C’est noté : nous ne vous le proposerons plus pour ce genre de document. La page « Papier » reste ouverte.

calendar-pay = Échéance : document de la Ville
calendar-reply = Réponse attendue : document de la Ville
calendar-text = Le détail est dans votre coffre.
calendar-file = echeance

proof-checking = Vérification de la preuve…
proof-authentic = Authentique :
proof-unwitnessed = Signé par la Ville et inscrit au registre. Les témoins indépendants ne l’ont pas encore confirmé.
proof-waiting = Document signé par la Ville. La preuve publique se prépare, d’ordinaire en moins d’une minute.
proof-more = Voir la preuve

viewer-label = Pages de « { $title } »
viewer-region = Pages du document
viewer-tools = Affichage
viewer-loading = Préparation des pages…
viewer-coming-title = Votre document est là
viewer-coming = La visionneuse arrive : { $percent } %
viewer-coming-own = Sans l’attendre, vous pouvez l’enregistrer et l’ouvrir avec le lecteur de votre appareil.
viewer-coming-save = L’enregistrer
viewer-ready = { $pages ->
    [one] Document affiché, 1 page
   *[other] Document affiché, { $pages } pages
}
viewer-pages = { $pages ->
    [one] 1 page
   *[other] { $pages } pages
}
viewer-cut = { $shown ->
        [one] Seule la première page est affichée
       *[other] Seules les { $shown } premières pages sont affichées
    } ici. Téléchargez le document pour voir le reste.
viewer-page = Page { $number } de { $pages }
viewer-at = Page { $number } sur { $pages }
viewer-jump = Page
viewer-jump-of = sur { $pages }
viewer-find = Chercher dans le document
viewer-find-label = Mot ou phrase à chercher dans le document
viewer-find-next = Résultat suivant
viewer-find-previous = Résultat précédent
viewer-find-none = Aucun résultat
viewer-find-count = Résultat { $number } sur { $count }
viewer-find-searching = Recherche…
viewer-find-far = Recherche : page { $number } sur { $pages }
viewer-link-title = Ce document veut ouvrir un autre site
viewer-link-host = Site
viewer-link-address = Adresse complète
viewer-link-care = La Ville ne répond pas de ce site. N’y entrez jamais le code d’une lettre ni le texte de votre trousse.
viewer-link-open = Ouvrir ce site
viewer-link-stay = Rester ici
viewer-larger = Agrandir
viewer-smaller = Réduire
viewer-fit = Ajuster à la largeur
viewer-zoom = Affichage à { $percent } %

## Preuve

evidence-tab = Preuve
evidence-title = Ce document est authentique
evidence-unwitnessed-title = Signé par la Ville, pas encore confirmé par les témoins
evidence-back = Retour au document
evidence-waiting-title = La preuve se prépare
evidence-waiting = Le document est signé par la Ville; son inscription au registre public est en cours, d’ordinaire en moins d’une minute.
evidence-what = Quoi
evidence-who = De qui
evidence-when = Déposé et inscrit le
evidence-checked = Vérifiable par
    .text = N’importe qui, sans compte et sans nous, avec le document, son reçu et le vérificateur.
evidence-print = Imprimer cette page
evidence-not = Ce que cette preuve ne dit pas
evidence-not-true = Que le contenu est exact : seulement que c’est bien ce que la Ville a émis.
evidence-not-person = Qui tient ce document : une copie parfaite reste authentique.
evidence-not-force = Qu’il est encore en vigueur : la Ville a pu le remplacer ou l’annuler depuis.
evidence-law = Au Québec, l’intégrité d’un document technologique relève de la Loi concernant le cadre juridique des technologies de l’information (C-1.1). Cette page donne de quoi la vérifier; elle n’est pas un avis juridique.
evidence-keep = Gardez le reçu avec le document
    .text = Avec le document et son reçu, n’importe qui peut vérifier tout cela dans des années, sans compte, sans connexion et sans nous.
evidence-save = Télécharger le reçu
evidence-verify = Ouvrir le vérificateur
evidence-command = En ligne de commande :

## Verrouillage automatique

idle-title = Votre coffre va se verrouiller
idle-said = Il reste une minute. Appuyez sur une touche pour le garder ouvert.
idle-left = { $seconds ->
    [one] Il reste 1 seconde. Touchez l’écran ou une touche pour le garder ouvert.
   *[other] Il reste { $seconds } secondes. Touchez l’écran ou une touche pour le garder ouvert.
}
idle-stay = Le garder ouvert
lock-after-title = Verrouillage automatique
lock-after-text = Votre coffre se verrouille tout seul quand personne n’y touche. Nous vous prévenons une minute avant. Ce choix vaut pour ce navigateur.
lock-after-label = Verrouiller après
lock-after-minutes = { $shared ->
    [yes] { $minutes ->
        [one] { $minutes } minute (appareil partagé)
       *[other] { $minutes } minutes (appareil partagé)
    }
   *[other] { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }
}

## Moyens d’accès

ways-title = Moyens d’accès
ways-loading = Lecture des moyens d’accès…
ways-lead = Chacun de ces moyens suffit à ouvrir votre coffre.
ways-kind-passkey = Clé d’accès
ways-kind-kit = Trousse de secours
ways-since = depuis le { $date }
ways-used-passkey = dernier essai ou usage le { $date }
ways-used-kit = dernier essai ou usage le { $date }
ways-unused-passkey = jamais essayée, ni utilisée pour revenir
ways-unused-kit = jamais essayée ni utilisée
ways-added = La nouvelle clé d’accès ouvre désormais votre coffre.
ways-busy-kit = Votre trousse se prépare…
ways-busy-passkey = Confirmez sur votre appareil…
ways-kit-title = Trousse de secours
ways-kit-text = Une feuille à imprimer, ou un fichier, qui ouvre votre coffre si vous perdez votre appareil. Elle est faite dans cette page; nous n’en gardons pas de copie.
ways-kit-button = Faire une trousse
ways-passkey-title = Un autre appareil ou une carte
ways-passkey-text = Une deuxième clé d’accès : un autre téléphone, un ordinateur, une clé ou une carte à puce.
ways-passkey-button = Ajouter une clé d’accès
ways-archive-title = Partir avec tout
ways-archive-text = Vos documents, leurs reçus et vos choix, en un seul fichier scellé. Votre trousse de secours l’ouvre, sans compte et sans nous : faites-en une avant de partir.
ways-archive-button = Emporter tout mon coffre
ways-settings = Réglages
ways-try = Essayer
    .label = Essayer : { $way }
ways-remove = Retirer
    .label = Retirer : { $way }
ways-proven = { $way } : essai réussi. Elle ouvre bien votre coffre.
ways-removed = C’est fait. Ce moyen d’accès n’ouvre plus votre coffre.
ways-remove-title = Retirer ce moyen d’accès?
ways-remove-does = Il n’ouvrira plus votre coffre, et les documents à venir seront scellés avec de nouvelles clés.
ways-remove-not = Ce qui a déjà été téléchargé, imprimé ou copié ailleurs y reste.
ways-remove-elsewhere = Votre coffre se fermera sur vos autres appareils; vos autres moyens d’accès le rouvrent.
ways-remove-busy = Nouvelles clés en préparation…
ways-remove-button = Retirer
ways-drill-title = Essayez votre trousse
ways-drill-made = Une trousse qui n’a jamais servi n’est sûre qu’à moitié. Prenez la feuille ou le fichier que vous venez de garder : nous ouvrons votre coffre avec, puis nous l’oublions aussitôt.
ways-drill-kept = Prenez la feuille ou le fichier de votre trousse : nous ouvrons votre coffre avec, puis nous l’oublions aussitôt. Elle ne quitte pas cette page.
ways-drill-button = Essayer la trousse
ways-drill-later = Plus tard
ways-drill-busy = Essai de la trousse…
ways-kit-made-title = Voici votre trousse de secours
ways-kit-made = Elle ouvre votre coffre dès maintenant. Imprimez-la ou enregistrez-la : elle ne sera plus jamais affichée.
ways-kit-done = Terminer

## Ouvert ailleurs

elsewhere-title = Ouvert ailleurs
elsewhere-loading = Recherche des autres appareils…
elsewhere-count = { $count ->
    [0] Votre coffre n’est ouvert sur aucun autre appareil.
    [one] Votre coffre est aussi ouvert sur un autre appareil, ou dans un autre navigateur.
   *[other] Votre coffre est aussi ouvert sur { $count } autres appareils ou navigateurs.
}
elsewhere-now = { $count ->
    [0] nulle part
    [one] sur un autre appareil
   *[other] sur { $count } autres appareils
}
elsewhere-one = Ouvert le { $opened }, utilisé pour la dernière fois le { $seen }
elsewhere-button = Fermer partout ailleurs
elsewhere-closing = Fermeture sur les autres appareils…
elsewhere-closed = C’est fait : votre coffre n’est plus ouvert qu’ici.

notices-title = Avis par courriel
notices-loading = Recherche de vos avis…
notices-text = Un courriel vous dit qu’un document est arrivé, et de quel service. Rien d’autre : ni titre, ni montant. Un nouvel accès ou un code bloqué est annoncé aussitôt, même la nuit.
notices-none = aucun
notices-state-unconfirmed = Un code a été envoyé à { $address }. Tant qu’il n’est pas entré ici, rien d’autre n’est envoyé.
notices-state-confirmed = Les avis vont à { $address }.
notices-state-unreachable = { $address } refuse nos courriels : plus rien n’y est envoyé. Vos documents arrivent quand même. Entrez une autre adresse, ou la même pour réessayer.
notices-code = Code reçu par courriel
notices-confirm = Confirmer l’adresse
notices-anew = Un nouveau code est parti.
    .act = Recevoir un nouveau code
notices-address = Votre adresse de courriel
notices-pace = Quand vous écrire
notices-once = À chaque document
notices-daily = Une fois par jour
notices-weekly = Une fois par semaine
notices-weekday = Quel jour
notices-day = { $day ->
    [0] lundi
    [1] mardi
    [2] mercredi
    [3] jeudi
    [4] vendredi
    [5] samedi
   *[6] dimanche
}
notices-hour = À quelle heure
notices-at = { $hour } h
notices-quiet = Pas d’avis entre 21 h et 7 h
notices-start = Recevoir des avis
notices-save = Enregistrer
notices-saving = Enregistrement…
notices-saved = C’est enregistré.
notices-confirmed = Votre adresse est confirmée.
notices-stopped = C’est fait : plus aucun avis ne vous sera envoyé.
notices-stop = Ne plus recevoir d’avis

devices-title = Avis sur cet appareil
devices-loading = Recherche de cet appareil…
devices-text = Cet appareil affiche, même verrouillé, qu’un document est arrivé et de quel service. Rien d’autre : ni titre, ni montant. Un nouvel accès ou un code bloqué est annoncé aussitôt, même la nuit.
devices-maker = L’avis passe par le fabricant de votre navigateur (Google, Mozilla, Apple ou Microsoft). Il apprend que la Ville vous a fait signe et quand; il ne peut pas lire l’avis.
devices-on = Cet appareil affiche vos avis.
devices-now-on = activés
devices-stopped = Les avis n’arrivent plus sur cet appareil : son navigateur a changé d’adresse, ou vous les avez arrêtés ailleurs. Rien n’est perdu : vos documents sont là. Si vous voulez des avis ici, activez-les de nouveau.
devices-pace = Quand vous faire signe
devices-start = Activer les avis ici
devices-stop = Désactiver les avis ici
devices-saving = Un instant…
devices-others = { $count ->
    [one] Un autre appareil affiche vos avis.
   *[other] { $count } autres appareils affichent vos avis.
}
devices-stop-all = Désactiver les avis partout
devices-missing = Ce navigateur ne sait pas recevoir d’avis. Choisissez les avis par courriel, ou un autre navigateur.
devices-home-screen = Sur iPhone et iPad, ajoutez d’abord cette page à l’écran d’accueil : bouton de partage, « Sur l’écran d’accueil ». Ouvrez-la ensuite de là, et revenez ici.
devices-blocked = Votre navigateur bloque les avis de cette page. Autorisez les notifications pour cette adresse dans ses réglages, puis revenez ici.
devices-shared = Cet ordinateur sert à d’autres : les avis n’y sont pas proposés.

kit-title = Trousse de secours
kit-what = Cette feuille ouvre à elle seule votre coffre Voûte. Rangez-la comme un passeport.
kit-qr = Code QR de la trousse, le même texte que ci-contre
kit-text = Texte de la trousse
kit-use-1 = Ouvrez la page du coffre et choisissez « Utiliser ma trousse de secours ».
kit-use-2 = Numérisez le carré avec l’appareil photo, ou recopiez le texte.
kit-use-3 = Sans ce service : le logiciel libre age (version 1.3 ou plus) ouvre vos fichiers avec cette même clé.
kit-care = Quiconque tient cette feuille peut lire vos documents.
kit-print = Imprimer
kit-save = Enregistrer le texte
kit-file-name = trousse-voute.txt
kit-kept = J’ai imprimé ou enregistré ma trousse
kit-kept-missing = Imprimez ou enregistrez d’abord votre trousse, puis cochez cette case.

not-found-title = Cette page n’existe pas
not-found-text = L’adresse est peut-être incomplète. Si elle vient d’une lettre, numérisez de nouveau le carré ou entrez le code à la main.
not-found-home = Aller à l’accueil

## Papier, ou le coffre seulement

paper-title = Papier, ou coffre seulement
paper-lead = La Ville vous écrit par la poste, et dépose aussi dans ce coffre. Vous pouvez vous passer du papier, un type de document à la fois. Rien n’est choisi d’avance.
paper-loading = Lecture de vos choix…
paper-none = Aucun service ne dépose encore de documents dans ce coffre. Le papier continue.
paper-on = Par la poste, et dans le coffre.
paper-off = Dans le coffre seulement.
paper-since = Choisi le { $date }.
paper-again-since = Le papier est revenu le { $date }.
paper-logged = Inscrit au registre public le { $moment }
paper-logging = Votre choix compte déjà. Son inscription au registre public est en cours.
paper-ask = Me passer du papier
paper-sign = Je choisis le coffre seulement
paper-cancel = Garder le papier
paper-back = Revenir au papier
paper-back-signs = « Revenir au papier » signera ces mots :
paper-busy = Signature de votre choix…
paper-proof = Garder la preuve
paper-proof-file = Choix
paper-law-title = Votre choix, selon la loi
paper-law-free = La Loi concernant le cadre juridique des technologies de l’information (C-1.1) vous laisse libre de choisir le papier ou l’électronique, sauf si une loi impose l’un des deux. Si vous ne demandez rien, le papier continue.
paper-law-apart = La Loi sur l’accès aux documents des organismes publics et sur la protection des renseignements personnels (A-2.1) veut que votre accord soit libre et demandé à part de tout le reste. C’est pourquoi il a cette page, et une signature pour chaque type de document.
paper-safe = Un choix vaut pour les envois qui suivent. Au moindre doute, la Ville imprime : si votre coffre ou votre choix ne peuvent pas être vérifiés le jour de l’envoi, le papier part.

# Ces mots sont signés. Ils ne changent jamais : de nouveaux mots prennent un nouveau numéro (docs/spec/consent.md).
consent-paperless-1 = Je demande à recevoir ce type de document dans mon coffre seulement, et non par la poste. Ce choix est libre, la loi me laisse le papier. Je peux revenir au papier en tout temps, d’un seul geste et sans donner de raison.
consent-paper-1 = Je veux de nouveau recevoir ce type de document par la poste. Il continuera aussi d’arriver dans mon coffre.
