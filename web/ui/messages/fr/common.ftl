### Mots communs à toutes les pages.

service-name = Voûte

frame-skip = Aller au contenu
frame-nav = Coffre
frame-other-language = English
frame-lock = Verrouiller
frame-leave = Quitter
frame-offline = Pas de connexion. Ce qui est déjà ouvert reste lisible; le reste reprendra tout seul.
frame-tab-amiss = Erreur : { $tab }
frame-promise = Vos documents sont scellés : la Ville et ceux qui exploitent ce service ne peuvent pas les lire.
frame-privacy = Vie privée
frame-terms = Conditions
frame-verify = Vérifier un document reçu de quelqu’un

help-call = Besoin d’aide? Appelez le
help-letter = Besoin d’aide? Appelez le numéro qui figure sur votre lettre.
help-code = Code à donner au téléphone : { $code }

act-retry = Réessayer
act-back = Retour
