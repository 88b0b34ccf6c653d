# Ce qu’un appareil affiche, aussi quand il est verrouillé : de quel service, rien d’autre.
push-hello = Les avis sont activés ici
    .body = Ils auront cette forme, et ne diront que le nom du service.
push-documents =
    { $count ->
        [one] Un document de { $issuers }
       *[other] Des documents de { $issuers }
    }
    .body = Dans votre coffre.
push-documents-many = Des documents de { $count ->
        [one] { $count } service
       *[other] { $count } services
    }
push-way-in = Un nouvel accès à votre coffre
    .body = C’est vous? Rien à faire. Ce n’est pas vous? Ouvrez votre coffre, page « Moyens d’accès », et retirez-le.
push-frozen = Un code de votre coffre a été bloqué
    .body = Ce que vous avez reçu reste dans votre coffre. Ce n’est pas vous? Appelez la ligne d’aide : son numéro est sur votre lettre.
