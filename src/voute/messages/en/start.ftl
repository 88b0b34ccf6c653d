# Why a server does not start: its stores can't be used.
error-place-missing = { $what ->
    [packs] The folder of the packs
    [log] The folder of the log
    [locks] The folder of the locks
    [keys] The folder of the keys
    [catalogue] The catalogue
    [trust-root] The trust root
   *[data] The city's folder
    } is not there: { $path }. The server did not start; nothing was changed, and nothing is made in its place.
    .fix = See whether the disk is mounted, and compare with the settings “data” and “locks” (file in VOUTE_CONFIG). What is lost comes back from a backup (“voute restore”, then “voute admin log-recover” for the locks, which are in no backup); a new city begins with “voute admin found”.
error-place-closed = The server runs as { $user } and may not use { $what ->
    [packs] the packs
    [log] the log
    [locks] the locks
    [keys] the keys
    [catalogue] the catalogue
    [trust-root] the trust root
   *[data] the city's folder
    }: { $path } belongs to { $owner }, or is closed. The server did not start; nothing was changed.
    .fix = Start it as the user whose files these are (“runuser -u voute -- voute serve”, or User= in the systemd service). If somebody ran a command as another user, give the files back: chown -R { $user }: { $path }
error-place-read-only = The file system of { $path } takes no writes. The server did not start; nothing was changed.
    .fix = “findmnt -T { $path }” shows how it is mounted, “journalctl -k” why: a disk with errors becomes read-only. In a systemd service, name a folder outside /var/lib/voute in ReadWritePaths=.
error-database-unreachable = The database does not answer at { $where } ({ $why }). What was acknowledged is kept.
    .fix = See whether PostgreSQL runs there (systemctl status postgresql); check the address in the setting “catalogue”, the network, and its certificate (docs/operate/postgresql.md).
error-database-refused = The database { $where } does not let the city in ({ $why }). What was acknowledged is kept.
    .fix = Check user, database and password file in the setting “catalogue”, and pg_hba.conf on the server (docs/operate/postgresql.md).
error-database-unfit = { $why ->
    [driver] The database { $where } can't be used: the library for PostgreSQL is not installed here.
   *[setting] The database { $where } can't be used ({ $why }).
    } Nothing was changed in it.
    .fix = { $why ->
        [driver] Install the wheel with its part “postgres”, as docs/operate/postgresql.md says.
       *[setting] Make or set the database as docs/operate/postgresql.md says, then run the same command again.
    }
error-bucket-unreachable = S3 does not answer for { $where } ({ $why }). What was acknowledged is kept.
    .fix = Check the setting “s3_endpoint”, the network, and the proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names, if any.
error-bucket-untrusted = { $problem ->
    [certificate-unknown] Nobody that this machine trusts vouches for the certificate shown by
    [certificate-ended] An expired certificate is shown by
    [certificate-early] A certificate that is not valid yet is shown by
    [certificate-other-host] A certificate of another name is shown by
    [certificate-of-authority] The certificate of an authority, not of a server, is shown by
   *[certificate-refused] A certificate that does not hold is shown by
    } S3: { $where }. The server did not start; nothing was sent there.
    .fix = { $problem ->
        [certificate-unknown] Check “s3_endpoint”. If it is right and the S3 server has an authority of its own, name the authority's certificate (PEM) in “s3_ca”, or put it among those of this machine.
        [certificate-of-authority] Have the authority sign a certificate for the S3 server, install that one there, and name the authority's in “s3_ca” (docs/operate/s3.md).
       *[certificate-refused] Check the name in “s3_endpoint”, the clock of this machine, and the certificate that the S3 server shows.
    }
error-bucket-refused = S3 does not let the city into { $where } ({ $why }). What was acknowledged is kept.
    .fix = Check that the bucket is there, the keys (“s3_credentials”), and what they may do in it (docs/operate/s3.md).
error-no-bucket = The packs of this city are in a folder, not on S3: no bucket needs a rule. Nothing was changed.
    .fix = Check --data and the file in VOUTE_CONFIG: a city on S3 has the setting “blobs”.
