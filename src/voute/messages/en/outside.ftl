# Whom our programs reach over HTTP, and do not believe.
error-certificate-unknown = Nobody that this machine trusts vouches for the certificate of { $host }. No connection was made, so nothing was sent; what the city acknowledged is kept.
    .fix = Check the address. If it is right, somebody may stand in between: ask the city, by another way than this connection. A city, or your organisation's proxy, with an authority of its own: have its certificate put among those of this machine, or name it: SSL_CERT_FILE=FILE.pem. Then run again: nothing goes twice.
error-certificate-ended = The certificate of { $host } has expired. No connection was made, so nothing was sent; what the city acknowledged is kept.
    .fix = Check the clock of this machine. If it is right, tell the city: it has to renew its certificate. Then run again: nothing goes twice.
error-certificate-early = The certificate of { $host } is not valid yet. No connection was made, so nothing was sent; what the city acknowledged is kept.
    .fix = Check the clock of this machine: it is probably slow. Then run again: nothing goes twice.
error-certificate-other-host = Who answers at { $host } shows a certificate of another name. No connection was made, so nothing was sent; what the city acknowledged is kept.
    .fix = Check the address, letter by letter. If it is right, tell the city, by another way than this connection. Then run again: nothing goes twice.
error-certificate-refused = The certificate of { $host } does not hold. No connection was made, so nothing was sent; what the city acknowledged is kept.
    .fix = Check the address and the clock of this machine; then tell the city, by another way than this connection.
error-certificates-unreadable = The certificates of { $variable } can't be read: { $path }. No connection was made.
    .fix = Name a file of certificates in PEM form, or leave the variable out: those of this machine are then used.
error-proxy-unfit = A variable of the environment (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) names a proxy that can't be used. No connection was made.
    .fix = Write it as http://HOST:PORT; NO_PROXY names whom to reach without it.
