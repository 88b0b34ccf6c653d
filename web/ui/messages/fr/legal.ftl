### La vie privée et les conditions : une page chacune.

privacy-title = Vie privée
privacy-lead = Vos documents sont à vous. Voici qui peut voir quoi.

privacy-cannot = Ce que la Ville ne peut pas voir
privacy-cannot-text = Ni le contenu, ni le titre, ni le montant de vos documents. Le service qui vous écrit les scelle; seul votre appareil les ouvre.

privacy-can = Ce qu’elle voit
privacy-can-text = Qu’un coffre a reçu un document, de quel service, quand, de quelle taille, et quand il a été ouvert la première fois. Aucune publicité, aucun traceur; rien n’est vendu.

privacy-long = Combien de temps
privacy-long-text = Tant que vous gardez le document. Supprimé, sa clé est détruite aussitôt et plus personne ne peut le lire; les sauvegardes, chiffrées, s’effacent après { $days } jours. Votre adresse sur le réseau n’est gardée que quelques minutes. Le registre public ne garde que des empreintes qui ne disent rien de vous.

privacy-rest = Combien de temps, qui d’autre, quelles lois

privacy-others = Qui d’autre
privacy-others-text = Le service qui vous écrit garde son dossier, et l’imprimeur de ses lettres voit votre adresse, comme avant. Votre empreinte ou votre visage ne quittent jamais l’appareil. Aucun profil n’est fait de vous.

privacy-rights = Vos droits
privacy-rights-text = Tout lire, tout emporter, faire corriger par le service qui a écrit, supprimer, revenir au papier, partir. Sans frais et sans donner de raison.

privacy-officer = Qui répond
privacy-officer-named = Pour { $city } : { $officer }.
privacy-officer-contact = Pour { $city } : { $officer }, { $contact }.
privacy-officer-unnamed = Demandez le responsable de la protection des renseignements personnels de { $city } au numéro d’aide ci-dessous.
privacy-complaint = Si la réponse ne vous satisfait pas : Commission d’accès à l’information du Québec, 1 888 528-7741.

legal-city = la Ville
    .first = La Ville

legal-law = Lois : Loi sur l’accès aux documents des organismes publics et sur la protection des renseignements personnels (A-2.1); Loi concernant le cadre juridique des technologies de l’information (C-1.1).

conditions-title = Conditions
conditions-lead = Il n’y a rien à signer. Voici ce à quoi vous pouvez vous attendre.

conditions-free = Gratuit, et jamais obligatoire
conditions-free-text = { $city } dépose vos documents ici; vous les lisez, les gardez, les emportez. Ne pas ouvrir de coffre ne change rien à vos services ni à vos délais.

conditions-paper = Le papier continue
conditions-paper-text = Ouvrir un coffre ne retire aucune lettre. Vous choisissez plus tard, type de document par type de document, et vous revenez au papier d’un geste.

conditions-keys = Vos clés, votre garde
conditions-keys-text = Elles sont faites sur votre appareil; nous n’en avons pas de copie. Gardez deux moyens d’accès. Si vous les perdez tous, personne ne rouvre ce coffre : la Ville vous envoie un nouveau code et dépose de nouveau ses documents.

conditions-rest = Partir, valeur des documents, arrêt du service, lois

conditions-worth = Ce que valent les documents
conditions-worth-text = Chacun est l’original de la Ville et a sa preuve. Le moment du dépôt et celui de la première lecture sont inscrits dans un registre que personne ne réécrit. Une date d’échéance reste celle qui est écrite sur le document.

conditions-stop = Si le service s’arrête, ou change
conditions-stop-text = La Ville vous écrit d’avance, sur papier aussi. Votre archive s’ouvre sans ce service.

conditions-leave = Partir
conditions-leave-text = Quand vous voulez, avec tous vos documents, dans un format ouvert. Le courrier reprend.
