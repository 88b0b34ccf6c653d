notice-subject-confirm = Votre code pour recevoir des avis
notice-subject-documents = Un document vous attend
notice-subject-way-in = Un nouvel accès à votre coffre
notice-subject-frozen = Un code de votre coffre a été bloqué
notice-confirm =
    Voici votre code : { $code }

    Entrez-le dans votre coffre pour recevoir des avis à cette adresse. Il sert pendant deux jours.
notice-confirm-not-you = Vous n’avez rien demandé? Ne faites rien : sans ce code, nous ne vous écrirons plus.
notice-documents =
    { $count ->
        [one] Un document de { $issuers } vous attend dans votre coffre.
       *[other] Des documents de { $issuers } vous attendent dans votre coffre.
    }
notice-documents-many = Des documents de { $count ->
        [one] { $count } service vous
       *[other] { $count } services vous
    } attendent dans votre coffre.
notice-way-in =
    Un nouvel accès à votre coffre vient d’être ajouté.

    C’est vous? Rien à faire. Ce n’est pas vous? Ouvrez votre coffre, page « Moyens d’accès », et retirez-le.
notice-frozen =
    Un code de votre coffre vient d’être bloqué. Ce que vous avez reçu reste dans votre coffre; la suite viendra sur papier.

    Ce n’est pas vous? Appelez la ligne d’aide : son numéro est sur votre lettre.
notice-where = Pour ouvrir votre coffre, tapez { $place } dans votre navigateur, ou suivez votre propre signet.
notice-never = Nous ne demandons jamais un code de lettre, un mot de passe ou un paiement par courriel.
notice-stop = Ne plus recevoir d’avis : { $link }
notice-stop-word = Ne plus recevoir d’avis
notice-and = et
notice-stop-title = Avis par courriel
notice-stop-ask = Ne plus recevoir d’avis à cette adresse? Vos documents restent dans votre coffre.
notice-stop-button = Ne plus recevoir d’avis
notice-stop-done = C’est fait : cette adresse ne recevra plus d’avis. Vos documents restent dans votre coffre.
