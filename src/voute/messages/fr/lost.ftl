# Reçus qu'un service garde et que le nouveau registre de la ville n'a pas.
lost-found = Perdu par la ville : { $lost ->
    [one] { $lost } document
   *[other] { $lost } documents
} sur { $documents } de l'envoi « { $run } », numéros { $first } à { $last } de son ancien registre. Son nouveau registre n'en a pas la preuve, et la ville n'a peut-être plus les documents eux-mêmes. Vos reçus sont gardés ({ $path }) : ils prouvent toujours ce que la ville avait promis.
lost-part = Déjà revenus : { $again }; il en manque : { $rest }.
lost-entered = Nouveaux reçus de ce que la ville avait gardé et réinscrit elle-même dans son nouveau registre : { $entered }
lost-fix = Livrez de nouveau la même liste, sous le même nom : voute deliver LISTE.csv --as { $issuer }. Ce que la ville a encore n'est pas envoyé deux fois. Si elle dit les avoir déjà, demandez-lui pourquoi son registre ne les a pas.
lost-fix-named = Livrez de nouveau la même liste, sous le même nom : voute deliver LISTE.csv --as { $issuer } --run { $run }. Ce que la ville a encore n'est pas envoyé deux fois. Si elle dit les avoir déjà, demandez-lui pourquoi son registre ne les a pas.
lost-settled = Perdu par la ville et livré de nouveau : { $lost ->
    [one] { $lost } document
   *[other] { $lost } documents
} de l'envoi « { $run } ». Gardez aussi les anciens reçus ({ $path }).
lost-settled-entered = Perdu de l'ancien registre de la ville et de nouveau dans le suivant : { $lost ->
    [one] { $lost } document
   *[other] { $lost } documents
} de l'envoi « { $run } ». La ville les avait gardés; leurs nouveaux reçus sont ici : { $entered } Gardez aussi les anciens reçus ({ $path }).
lost-waiting = Le registre de la ville a pris fin et le suivant n'a pas commencé : vos reçus n'ont pas encore pu être comparés. Il n'y a rien à faire; redemandez plus tard.
lost-unwitnessed = Trop peu de témoins confirment le nouveau registre de la ville : vos reçus n'ont pas encore pu être comparés. Redemandez dans quelques minutes; si cela dure, appelez la ville.
lost-none = Reçus gardés ici, de { $count ->
    [one] { $count } envoi
   *[other] { $count } envois
} : aucun d'un document que le registre de la ville aurait perdu.
lost-not-fresh = La ville n'a pas été interrogée ({ $why }) Voici ce qu'on savait en dernier.
# La racine de confiance qui attend derrière celle d'ici.
root-waits = Une racine de confiance attend : la no { $number }, faite le { $issued }, comptera le { $effective }. Signée par les clés { $keys } de la racine en vigueur. Rien d'elle n'a été utilisé. Si les responsables de la ville ne l'ont pas annoncée, appelez la ville avant ce jour.
root-waits-without-us = Elle ne connaît plus la clé de signature de { $issuer } : dès ce jour, plus rien ne pourra être livré avec elle. Si vous ne changez pas de clé ce jour-là, appelez la ville tout de suite.
root-waits-wrong = La ville montre une racine de confiance en attente qui n'est pas en ordre ({ $problem }). Rien d'elle n'a été utilisé. Dites-le à la ville.
