# Ceux que nos programmes joignent par HTTP, et ne croient pas.
error-certificate-unknown = Personne à qui cette machine fait confiance ne répond du certificat de { $host }. Aucune connexion n'a été faite, donc rien n'a été envoyé; ce que la ville avait confirmé est gardé.
    .fix = Vérifiez l'adresse. Si elle est juste, quelqu'un se tient peut-être entre les deux : demandez à la ville, par un autre chemin que cette connexion. Une ville, ou le serveur mandataire de votre organisation, avec sa propre autorité : faites mettre son certificat parmi ceux de cette machine, ou nommez-le : SSL_CERT_FILE=FICHIER.pem. Puis relancez : rien ne part deux fois.
error-certificate-ended = Le certificat de { $host } est échu. Aucune connexion n'a été faite, donc rien n'a été envoyé; ce que la ville avait confirmé est gardé.
    .fix = Vérifiez l'horloge de cette machine. Si elle est juste, avertissez la ville : elle doit renouveler son certificat. Puis relancez : rien ne part deux fois.
error-certificate-early = Le certificat de { $host } n'est pas encore valable. Aucune connexion n'a été faite, donc rien n'a été envoyé; ce que la ville avait confirmé est gardé.
    .fix = Vérifiez l'horloge de cette machine : elle retarde sans doute. Puis relancez : rien ne part deux fois.
error-certificate-other-host = Qui répond à { $host } montre le certificat d'un autre nom. Aucune connexion n'a été faite, donc rien n'a été envoyé; ce que la ville avait confirmé est gardé.
    .fix = Vérifiez l'adresse, lettre par lettre. Si elle est juste, avertissez la ville, par un autre chemin que cette connexion. Puis relancez : rien ne part deux fois.
error-certificate-refused = Le certificat de { $host } ne tient pas. Aucune connexion n'a été faite, donc rien n'a été envoyé; ce que la ville avait confirmé est gardé.
    .fix = Vérifiez l'adresse et l'horloge de cette machine; puis avertissez la ville, par un autre chemin que cette connexion.
error-certificates-unreadable = Les certificats de { $variable } ne se lisent pas : { $path }. Aucune connexion n'a été faite.
    .fix = Nommez un fichier de certificats au format PEM, ou retirez la variable : ceux de cette machine servent alors.
error-proxy-unfit = Une variable de l'environnement (HTTPS_PROXY, HTTP_PROXY ou ALL_PROXY) nomme un serveur mandataire inutilisable. Aucune connexion n'a été faite.
    .fix = Écrivez-la ainsi : http://HÔTE:PORT; NO_PROXY nomme ceux qu'on joint sans lui.
