### La vie privée et les conditions : un écran de téléphone chacune, le reste sous un titre qui se déplie.

privacy-title = Vie privée

privacy-cannot = Ce que la Ville ne voit pas
privacy-cannot-text = Ni contenu, ni titre, ni montant : seul votre appareil les ouvre.

privacy-can = Ce qu’elle voit
privacy-can-text = Le service qui écrit, la date, la taille, la première ouverture.

privacy-long = Combien de temps
privacy-long-text = Tant que vous gardez le document. Supprimé, sa clé est détruite aussitôt et plus personne ne peut le lire; les sauvegardes, chiffrées, s’effacent après { $days ->
        [one] { $days } jour
       *[other] { $days } jours
    }. Votre adresse sur le réseau n’est gardée que quelques minutes. Le registre public ne garde que des empreintes qui ne disent rien de vous.

privacy-rest = Durées, partage, lois

privacy-others = Qui d’autre
privacy-others-text = Le service qui vous écrit scelle le document et garde son dossier; l’imprimeur de ses lettres voit votre adresse, comme avant. Votre empreinte ou votre visage ne quittent jamais l’appareil. Si vous demandez des avis sur un appareil, le fabricant de son navigateur, hors du Québec, apprend qu’un avis est passé, non ce qu’il dit. Un seul témoin de connexion, celui de votre visite : il s’efface quand vous la quittez. Aucune publicité, aucun traceur, aucun profil de vous; rien n’est vendu.

privacy-rights = Vos droits
privacy-rights-text = Lire, emporter, supprimer, faire corriger, revenir au papier, partir. Sans frais, sans raison à donner.

privacy-officer = Qui répond
privacy-officer-named = { $officer }.
privacy-officer-contact = { $officer }, { $contact }.
privacy-officer-unnamed = Le responsable des renseignements personnels, au numéro d’aide.
privacy-complaint = Recours : Commission d’accès à l’information, 1 888 528-7741.

legal-city = La Ville

legal-law = Lois : Loi sur l’accès aux documents des organismes publics et sur la protection des renseignements personnels (A-2.1); Loi concernant le cadre juridique des technologies de l’information (C-1.1).

conditions-title = Conditions
conditions-lead = Il n’y a rien à signer.

conditions-free = Gratuit, et jamais obligatoire
conditions-free-text = { $city } dépose ici vos documents. Sans coffre, vos services et délais ne changent pas.

conditions-paper = Le papier continue
conditions-paper-text = Ouvrir un coffre ne retire aucune lettre. Vous choisissez plus tard, type par type; un geste ramène le papier.

conditions-keys = Vos clés, votre garde
conditions-keys-text = Nous n’en avons pas de copie. Gardez deux moyens d’accès : sans eux, personne ne rouvre ce coffre.

conditions-rest = Pertes, départ, preuve, lois

conditions-lost = Si vous perdez tous vos moyens d’accès
conditions-lost-text = Vos clés sont faites sur votre appareil et nulle part ailleurs. La Ville vous envoie un nouveau code et dépose de nouveau ses documents.

conditions-worth = Ce que valent les documents
conditions-worth-text = Chacun est l’original de la Ville et a sa preuve. Le moment du dépôt et celui de la première lecture sont inscrits dans un registre que personne ne réécrit. Une date d’échéance reste celle qui est écrite sur le document.

conditions-stop = Si le service s’arrête, ou change
conditions-stop-text = La Ville vous écrit d’avance, sur papier aussi. Votre archive s’ouvre sans ce service.

conditions-leave = Partir
conditions-leave-text = Quand vous voulez, avec tous vos documents, dans un format ouvert. Le courrier reprend.
