# What `voute status` says: status-CHECK-LEVEL, and what to do (.fix).
status-all-well = The city is well: nothing waits for anybody. Release { $release }.
status-needed = To be looked at: { $count }. Release { $release }.
status-home-of-department = --home belongs to a department: give --as as well.
status-city-or-department = Either the city (--data) or a department (--as), not both.
status-moved-now = The city was moved from these stores to others (“voute migrate-store”): here is its past, which nobody serves.
    .fix = Give this command with the settings of the new stores: VOUTE_CONFIG=FILE voute status. To come back here, move the city the other way (docs/operate/move.md).
status-catalogue-well = The catalogue answers.
status-catalogue-now = The catalogue does not answer. Nothing that was confirmed is lost; the city can show and take nothing.
    .fix = See whether the database runs and has room; then `journalctl -u voute`. A lost database: `voute fsck --rebuild-into`.
    .demo = This is a demonstration: look whether there is room on the disk, then at its errors in the terminal where it runs.
status-packs-well = The packs of documents answer.
status-packs-now = The packs of documents do not answer: no document opens or arrives.
    .fix = See whether the disk of the packs is mounted and sound; then run `voute fsck --quick`.
status-server-well = A server runs.
status-server-full-now = The log stands still: there is no room to write. What was confirmed is kept.
    .fix = Make room. A server that runs then goes on by itself; one that does not: `systemctl start voute`.
    .hand = Make room. A server that runs then goes on by itself; one that does not: `voute serve`, with the same settings.
    .demo = Make room. A demonstration that runs then goes on by itself; one that does not: `voute demo --folder { $demo }`.
status-server-now = No server of this machine writes the log.
    .fix = Start it: `systemctl start voute`. It runs elsewhere already: give this command on that machine.
    .hand = Start it: `voute serve`, with the same settings. It runs elsewhere already: give this command on that machine.
    .demo = This is a demonstration: `make demo`, or `voute demo --folder { $demo }`, opens it again.
status-log-well = The log keeps up: { $entries ->
        [one] { $entries } entry
       *[other] { $entries } entries
    }, waiting: { $waiting }.
status-log-now = The log does not keep up: { $entries ->
        [one] { $entries } entry
       *[other] { $entries } entries
    }, waiting: { $waiting }. What waits is kept.
    .fix = Look for lines `sequencer failed` in `journalctl -u voute`, then run `voute fsck --quick`.
    .demo = This is a demonstration: look at its errors in the terminal where it runs; stop it with Ctrl+C and open it again.
status-log-prepared-soon = The keys of a new log wait here ({ $next }); the trust root in force does not end the log { $origin } yet, which goes on.
    .fix = Hold the ceremony that announces the change (docs/operate/keys.md). There is no hurry.
status-log-changes-soon = The log { $origin } ends on { $end }; the keys of the one that will take it over wait here ({ $next }).
    .fix = From then on: stop the server, then `voute admin log-succeed` (docs/operate/keys.md). Until then nothing changes.
status-log-ends-soon = The log { $origin } ends on { $end }, and no other log's keys are here: nothing can be delivered afterwards.
    .fix = Bring `log.next.json` into the folder of the keys, or prepare a log with `voute admin log-successor` and hold another ceremony (docs/operate/keys.md).
status-log-over-now = The log { $origin } ended on { $end }. Nothing can be delivered until { $next }, whose keys wait here, has taken it over. What waits is kept.
    .fix = Stop the server, run `voute admin log-succeed`, then start it again (docs/operate/keys.md).
status-log-over-alone-now = The log { $origin } ended on { $end }. Nothing can be delivered until another one has taken it over, and none is prepared here. What waits is kept.
    .fix = This city came back from a backup of before the change: look for a later one (docs/operate/backup.md). If there is none: `voute admin log-successor`, then a ceremony (docs/operate/keys.md).
status-log-elsewhere-now = The log { $origin }, whose keys are here, ended on { $end }; { $next } has taken it over, and its keys are on another machine. This one can deliver nothing.
    .fix = Stop the server, bring `log.json` from the machine where `voute admin log-succeed` was run, then start it again (docs/operate/keys.md).
status-witnesses-well = Witnesses that signed the last checkpoint: { $have } of { $listed } ({ $need ->
        [one] { $need } is needed
       *[other] { $need } are needed
    }).
status-witnesses-soon = Witnesses have been silent for more than an hour: { $silent }. The number that is needed is reached.
    .fix = Write to whoever runs them; check their address in the setting `witnesses`.
    .demo = This is a demonstration: its witnesses run with it. Open it again: `voute demo --folder { $demo }`.
status-witnesses-now = Too few witnesses signed: { $have }, { $need ->
        [one] { $need } is needed
       *[other] { $need } are needed
    }. Receipts stay at the first degree, nothing is sealed to a new vault.
    .fix = Check the network and the addresses in the setting `witnesses`; call whoever runs the witnesses.
    .demo = This is a demonstration: its witnesses run with it. Open it again: `voute demo --folder { $demo }`.
status-jobs-well = Work that waits: { $waiting }.
status-jobs-soon = Work has waited for { $hours } h: { $waiting }. Deleted documents may not be destroyed yet.
    .fix = Look for lines `work failed` of `worker` in `journalctl -u voute`; then run `voute fsck --quick`.
    .demo = This is a demonstration: look at its errors in the terminal where it runs; stop it with Ctrl+C and open it again.
status-mails-well = Notices to be sent: { $waiting }, of these tried before: { $tried }.
status-mails-soon = Notices have not gone out for { $hours } h: { $tried } tried in vain. The documents are in the vaults.
    .fix = Check the mail server and the settings `smtp_…`.
status-mails-blocked-soon = A mail server refused our notices as such (policy or spam), { $hours } h ago. The documents are in the vaults.
    .fix = Look at “status” in the “mail” lines of the log, then at SPF, DKIM, DMARC and the reputation of your mail server; notices are tried again.
status-backup-never-soon = No backup was taken yet.
    .fix = Set up the backup of every night (docs/operate/backup.md), or run `voute backup save`.
    .demo = This is a demonstration: nothing presses here. To try a backup: `voute backup key key.txt`, then `voute backup save` (docs/operate/backup.md).
status-backup-well = Last backup: { $hours } h ago.
status-backup-soon = The last backup is { $hours } h old.
    .fix = Look at `systemctl status voute-backup`, then run `voute backup save`.
status-backup-now = The last backup is { $hours } h old: if the machine were lost, so would be what has come since.
    .fix = Run `voute backup save` now, then find out why the night did not.
status-disk-well = Disk “{ $folder }”: { $percent }% free ({ $gigabytes ->
        [0] { $megabytes } MB
       *[other] { $gigabytes } GB
    }).
status-disk-soon = Disk “{ $folder }”: only { $percent }% left ({ $gigabytes ->
        [0] { $megabytes } MB
       *[other] { $gigabytes } GB
    }).
    .fix = Make room before the next delivery: a full disk refuses deliveries, and loses nothing.
status-disk-now = Disk “{ $folder }” is almost full: { $percent }% ({ $gigabytes ->
        [0] { $megabytes } MB
       *[other] { $gigabytes } GB
    }).
    .fix = Make room, or a larger disk, now; take nothing out of the city's folder by hand.
status-scrub-first-well = All bytes are being read for the first time: { $gigabytes } GB so far.
status-scrub-first-soon = Reading all bytes for the first time has taken { $days ->
        [one] { $days } day
       *[other] { $days } days
    }.
    .fix = Raise the setting `scrub_megabytes`, or `scrub_days`.
status-scrub-well = All bytes were read { $days ->
        [one] { $days } day
       *[other] { $days } days
    } ago ({ $gigabytes } GB): nothing is damaged.
status-scrub-soon = The bytes have not been read for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }.
    .fix = Raise the setting `scrub_megabytes`, or `scrub_days`; see whether the server runs long enough.
status-scrub-now = Damaged files: { $damaged }. { $places }
    .fix = Restore them from a backup, then run `voute fsck`. Find out what the disk has before the next delivery.
status-timestamp-well = Timestamp of the log: { $behind ->
        [one] { $behind } entry has come
       *[other] { $behind } entries have come
    } since the last one.
status-timestamp-soon = The log has not been timestamped for { $hours } h: { $behind ->
        [one] { $behind } entry waits
       *[other] { $behind } entries wait
    }. The log itself goes on.
    .fix = Check the network, the setting `tsa_url` and the authority's certificates (`tsa_certificates`).
status-cors-well = The S3 server lets the city's pages read (CORS).
status-cors-soon = The S3 server does not let the city's pages read (CORS): every document goes through the city, which is slower. Nothing is lost.
    .fix = Give its bucket the rule: `voute admin cors --set` (docs/operate/direct-reads.md).
status-cors-silent-soon = The S3 server does not answer at the address that browsers are given: every document goes through the city, which is slower. Nothing is lost.
    .fix = Check the setting `s3_public_endpoint`, the name, the certificate and the network.
status-numbers-documents = Deliveries: { $deliveries }, of these unfinished: { $drafts }. Documents: { $documents }. Packs: { $megabytes } MB.
status-numbers-dead = Deleted by their holders: { $deleted ->
        [one] { $deleted } document
       *[other] { $deleted } documents
    }, { $dead } MB, of these to be given back: { $held } MB.
status-numbers-people = Open sessions: { $sessions }. Addresses for notices, confirmed: { $confirmed }, unreachable: { $unreachable }.
