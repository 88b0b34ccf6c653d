# What happened, what was kept; .fix says what to do. One entry an error code.
error-bad-checkpoint = The checkpoint is not signed by the city's log.
    .fix = Download the receipt or the proof again; else call the city.
error-bad-signature = The signature does not hold: the content was changed.
    .fix = Do not rely on the document; get the original.
error-bind-mismatch = This vault was not opened with the code that the department printed; nothing was sealed for it.
    .fix = Tell the IT team, with this message.
error-blob-missing = A file of the store is missing; nothing else is touched.
    .fix = Tell the IT team: it is restored from a backup.
error-body-mismatch = The content is not what the department signed; nothing is shown.
    .fix = Call the city, with this message.
error-cell-malformed = A cell does not hold what its column expects.
    .fix = Mend the cell.
error-challenge-expired = It took too long; nothing changed.
    .fix = Start again.
error-checkpoint = The checkpoint is not well formed.
    .fix = Download the receipt or the proof again.
error-city-did-not-start = The city's server did not start; what it kept is untouched.
    .fix = Look at the messages above; port { $port } may be taken.
error-city-refused = The city refused ({ $problem }); nothing more was done.
    .fix = Read the city's message; else tell the IT team.
error-city-full = The city's storage is full; what it acknowledged is kept.
    .fix = Tell the IT team of the city: they have to make room. Afterwards a delivery goes on with “voute deliver --resume”: nothing goes twice.
error-city-unreachable = The city does not answer; what it acknowledged is kept.
    .fix = Check network and address, then run again: nothing goes twice.
error-claim-disagree = The waiting documents disagree with one another; nothing was opened.
    .fix = Call the city, with this message.
error-claim-empty = Nothing waits for this code yet.
    .fix = Try again later; the code stays good.
error-claim-event = The proof that this vault was opened does not hold; nothing was sealed for it.
    .fix = Tell the IT team, with this message.
error-claim-refused = Opening the vault was not accepted; nothing changed and the code stays good.
    .fix = Start again from the letter.
error-claim-frozen = Somebody said that this code is not theirs: it opens nothing any more.
    .fix = Nothing to do: the next document goes on paper, with a new code.
error-claim-revoked = This code was revoked.
    .fix = Ask the city for a new letter.
error-claim-unknown = This code is not known.
    .fix = Type it again, letter by letter, as printed.
error-claim-used = This code was used already; the vault it opened is untouched.
    .fix = Sign in. If it wasn't you, call the city.
error-code-check = A symbol of the code is wrong, or two are swapped.
    .fix = Compare group by group with the letter.
error-code-length = The code has { $found ->
        [one] { $found } symbol
       *[other] { $found } symbols
    } instead of { $expected }.
    .fix = Compare group by group with the letter.
error-code-symbol = Symbol no. { $position } is none of a code's.
    .fix = Compare with the letter: no U, no punctuation.
error-code-unsent = The city knows no code for { $reference }: no document went that way; nothing was frozen.
    .fix = There is nothing to freeze. If a letter went out, check the reference with “voute codes list”.
error-code-used = A code of reference { $reference } was used already; nothing was revoked.
    .fix = Freeze it with “voute codes freeze”: nothing new goes to that vault.
error-credential-refused = This passkey was not accepted; nothing changed.
    .fix = Try another device, or the recovery kit.
error-consent-conflict = This choice was changed in the meantime, perhaps on another device.
    .fix = Read your choices again, then repeat. Until something is chosen, paper continues.
error-consent-differs = A choice that the city shows is not of this vault, or is about something else.
    .fix = Paper goes out; tell the city.
error-consent-rollback = The city shows an older choice than one that this machine has seen, or shows none any more.
    .fix = Paper goes out; tell the city.
error-receipts-damaged = The kept receipts of a delivery are no longer what this command wrote, and could not be compared with the city's new log: { $path } Nothing was sent.
    .fix = Put the file back from a backup; or set it aside: then nobody says whether the city has lost documents of that delivery.
error-print-list-damaged = The list of a delivery is no longer what this command wrote: { $path }
    .fix = Put the file back from a backup; or set it aside: everybody then gets paper.
error-delivery-committed = This delivery is committed; it can't be cancelled any more.
    .fix = Replace its documents by a new delivery.
error-delivery-differs = The delivery is not what the city received; nothing was committed.
    .fix = Run the delivery again.
error-delivery-open = A delivery of the same name is still open.
    .fix = Run again: it is cancelled first.
error-delivery-unknown = This delivery is not known.
    .fix = Check its id.
error-document-deleted = This document was deleted by its holder.
    .fix = It cannot be restored; the issuer can deliver it again under another key.
error-document-differs = This document is not the one that the receipt was made for: it was changed, or it is another one.
    .fix = Download the document and its receipt again from the vault.
error-document-unknown = This document is not in this vault.
    .fix = Go back to the list of documents.
error-draft-refused = The city did not accept this batch; nothing was committed.
    .fix = Update the software, then run again.
error-duplicate-document = A document of the same key was delivered before; nothing was delivered twice.
    .fix = If another delivery is unfinished, go on with it first (voute deliver --resume); else run again: it will be recognised.
error-entry-bundle = A page of the log is not well formed.
    .fix = Tell the IT team.
error-error = Something went wrong.
    .fix = Try again; if it comes back, tell the IT team.
error-event-differs = The event in the log is about something else: another document, another act or another vault.
    .fix = Take the document or the act with the receipt that belongs to it.
error-fault = A fault of our program stopped this command; what was acknowledged is kept, the rest was not done. Number: { $number }
    .fix = Run the command again. If the fault comes back, give the IT team this number and the file { $path }; “voute --debug …” shows all of it on the screen.
error-fault-unkept = A fault of our program stopped this command; what was acknowledged is kept, the rest was not done. Where it happened could not be written down.
    .fix = Run the command again. If the fault comes back, “voute --debug …” shows it on the screen: give that to the IT team.
error-file-changed = A file has changed since the check (line { $line }); the delivery was cancelled.
    .fix = Run again when the files no longer change.
error-format = These data are not well formed; nothing was used.
    .fix = Get the file again from its source, unchanged.
error-internal = A fault of our program occurred; nothing is lost.
    .fix = Try again; if it comes back, tell the IT team.
error-no-issuer-home = This department has no folder here: { $path }
    .fix = Check --as and --home (or VOUTE_HOME). A new department begins with “voute issuer init”; one that lost its machine, with “voute issuer recover --city … --server …”.
error-no-city = There is no city in this folder: { $path }. Nothing changed.
    .fix = Name its folder with --data, or its settings by VOUTE_CONFIG.
error-no-locks = The folder of the log's locks is missing: { $path }. Without it nothing is signed; nothing was started or changed.
    .fix = After a restore: “voute admin log-recover” (docs/operate/backup.md), unless the city still runs elsewhere. Else compare the setting “locks”.
error-issuer-home = The department's folder is not in order: { $path }
    .fix = Check --as, --home, and that the secrets are readable by you alone (mode 0600).
error-issuer-not-in-trust-root = The trust root does not give this key to issuer { $issuer }; nothing was sent.
    .fix = Have the city's officers enter the department's key.
error-journal-damaged = The journal of this delivery is damaged ({ $path }); nothing was sent or deleted.
    .fix = Run the delivery again with its list, without --resume: what was delivered is not sent twice.
error-city-founded = A city was founded here already; nothing changed.
    .fix = “voute admin keys” shows its public keys. Another city goes into another folder (setting “data”).
error-key-file = A key file is missing, or exists already: { $file }
    .fix = Check the city's folder; delete no key.
error-key-not-valid-then = The department's key was not good at that time.
    .fix = Do not rely on the document; call the city.
error-keyring-mismatch = The keyring is not that of this vault; nothing was used.
    .fix = Tell the city, with this message.
error-kit-other-vault = This kit is of another vault; nothing was opened.
    .fix = Take the kit of the vault that the archive comes from.
error-limit = A limit would be passed; nothing was done.
    .fix = Make it smaller, or split it.
error-list-changed =
    { $changed ->
        [list] The list is no longer the one that this delivery began with; nothing more was sent.
       *[other] The file of line { $line } has changed since it was sealed; nothing more was sent.
    }
    .fix = Put it back and resume, or run without --resume: the unfinished delivery is cancelled and begun again.
error-lock-conflict = Another process writes the log; nothing was signed.
    .fix = Check that one server only is running.
error-lock-exists = The log's lock exists already; nothing was replaced.
    .fix = Do not make a second one: it could fork the log.
error-lock-missing = The log's lock is missing; nothing was signed.
    .fix = Check the path of the lock; do not make a new one.
error-log-ahead = The log is ahead of this server; nothing was signed.
    .fix = Do not restart from an old backup: tell the IT team.
error-log-damaged = The log on disk is not what was signed; nothing new was signed.
    .fix = Tell the IT team: restore the log's pages.
error-log-ended = This checkpoint was signed after the end of this log ({ $origin }); it proves nothing.
    .fix = Ask for a receipt or a proof of the log that took over.
error-lookup-refused = This code can't be revoked; nothing changed.
    .fix = Check the reference.
error-machine-refused = This machine refused a file: { $path } ({ $why }).
    .fix = Check the folder, the rights and the free space, then run it again.
error-merkle-proof = The proof of inclusion does not hold.
    .fix = Download the receipt or the proof again.
error-method-refused = This way in was not accepted; nothing changed.
    .fix = Reload the page and try again.
error-no-quorum = Too few witnesses saw this checkpoint ({ $have } of { $need }).
    .fix = Try again later with a newer receipt or proof.
error-not-for-this-key = None of these keys opens this object.
    .fix = Check that it is the right key, kit or code: another one of yours, or another city's, opens nothing.
error-not-in-log = The event is not in the log.
    .fix = Do not rely on the receipt or the proof; call the city.
error-not-signed-in = You are not signed in.
    .fix = Sign in, then try again.
error-not-yet-logged = It is recorded and safe, but not yet published in the log.
    .fix = Try again in a moment.
error-note = A signed note is not well formed.
    .fix = Download the receipt or the proof again.
error-nothing-to-resume = No unfinished delivery of this department fits; nothing was done.
    .fix = Run the delivery with its list: what was delivered is not sent twice.
error-pack-hash = A pack arrived damaged; nothing of it was kept.
    .fix = Run the delivery again.
error-pack-unknown = The city does not know this pack.
    .fix = Run the delivery again.
error-port-taken = Port { $port } is taken by another program; what the city kept is untouched.
    .fix = “ss -ltnp sport = { $port }” names that program: stop it, then start again. This city keeps its address for ever; a demonstration in another folder takes another port: voute demo --folder var/other
error-address-refused = The server cannot listen on { $host }, port { $port }: another program has the place, or this machine has no such address. Nothing was started.
    .fix = “ss -ltnp sport = { $port }” names that program: stop it. Else compare the settings “host” and “port”.
error-address-served = Another server of Voûte (process { $process }) has { $host }, port { $port }. This one did not start; the other goes on.
    .fix = For more processes of one city: the setting “workers”. For another city: another “port”. To start this one in its place: kill { $process }, then again.
error-stores-moved = The city was moved from these stores to others; here is its past. Nothing was opened or changed.
    .fix = Start with the file of settings that was given to “voute migrate-store”. To come back here, move the city the other way (docs/operate/move.md).
error-demo-runs = Another command (process { $process }) is making the demonstration of this folder at this moment; nothing was changed.
    .fix = Wait for the link in the other terminal. To stop it: Ctrl+C there, or “kill { $process }”.
error-demo-letters-used = Every letter of this demonstration was used; the open vaults are untouched: { $origin }
    .fix = To open another one, make another demonstration: voute demo --folder var/other
error-preflight-failed = The list has things to mend; nothing was sent.
    .fix = Mend the rows that are named, then run again.
error-range-refused = The part of the document that was asked for does not exist.
    .fix = Reload the document.
error-receipt-missing = No receipt of this document in this file.
    .fix = Check the reference, the line or the id.
error-receipt-wrong = The city handed out a receipt that proves nothing of the document sent; the delivery is confirmed.
    .fix = Tell the IT team, with this message, and fetch the receipts again; do not rely on those of this run.
error-receipts-incomplete = The delivery is committed, but receipts are missing ({ $received } of { $expected }).
    .fix = Tell the IT team; the documents are delivered.
error-recheck = The second computation of the log gives another result; nothing was signed.
    .fix = Restart the server; if it comes back, check memory and disk.
error-record-chain = The chain of this vault's records does not hold; nothing was used.
    .fix = Tell the city, with this message.
error-index-conflict = Another device of this vault wrote its index meanwhile; nothing was overwritten.
    .fix = Open the newer one, apply the change to it, and send again.
error-record-conflict = The vault has changed meanwhile; nothing was overwritten.
    .fix = Reload, then try again.
error-records-missing = This act is verified with the records of its vault, and { $path } is not there; nothing was verified.
    .fix = Give them with --records; “voute open” writes them beside the acts (vault-records.json). A proof downloaded from the vault today needs none.
error-reference-unknown = No code was made for reference { $reference }.
    .fix = Check it with: voute codes list.
error-registry-busy = Another run of this department is at work; nothing was started.
    .fix = Wait until it ends, then run again.
error-registry-chain = The registry does not follow the one before it; it was not used.
    .fix = Restore registry.json, or registry.json.1.
error-registry-full = This department's registry has no more room: it holds two million codes. No document was sent, and the registry is as it was.
    .fix = Share the list out among several departments (docs/operate/scale.md); the codes and vaults known so far stay valid.
error-request-invalid = The request is not well formed; nothing changed.
    .fix = Update the software that sent it.
error-row-exists = This record exists already; nothing changed.
    .fix = Reload to see it.
error-sealer-died = A sealing process ended; nothing was committed, what is sealed is kept.
    .fix = Check the free memory of this machine, then go on: voute deliver --resume
error-sequence-gap = An event is missing in the order of the log; nothing was signed.
    .fix = Tell the IT team.
error-setting = A setting is unknown or badly written: { $setting }. Nothing started.
    .fix = Look for it in the file that VOUTE_CONFIG names and in the variables VOUTE_…; all are in docs/operate/settings.md.
error-run-name = A delivery cannot be called “{ $name }…”; nothing was done.
    .fix = A name has 1 to 100 characters, no line ends and no hidden characters. Give another one: --run NAME
error-several-unfinished = Several deliveries are unfinished: { $runs }. Nothing was done.
    .fix = Say which, with --run.
error-sign-in-failed = The city does not accept the signature of this department; nothing was sent.
    .fix = Its key has ended, or stands in no trust root in force yet: compare “voute issuer key” with the city's trust root, and see “voute issuer switch-key” (docs/operate/keys.md).
error-staging = A prepared step of the log is damaged; nothing was signed.
    .fix = Tell the IT team.
error-state = That is not possible in the present state; nothing changed.
    .fix = Reload to see the present state, then try again.
error-statement-refused = A signed statement was not accepted; nothing changed.
    .fix = Update the software that signed it.
error-store = The store failed; what was acknowledged is kept.
    .fix = Try again in a moment; else tell the IT team.
error-store-full = The disk is full; what was acknowledged is kept.
    .fix = Free some room, then try again.
error-store-unreachable = The city's storage does not answer at the moment. What was acknowledged is kept; the last step may or may not have been done.
    .fix = Wait a few minutes, then do it again: nothing is done twice. A delivery goes on with “voute deliver --resume”.
error-store-refused = The city's storage does not let the city's server in. What was acknowledged is kept; nothing new was stored.
    .fix = Trying again does not help yet. Tell the IT team of the city: keys, bucket or rights of the storage are not what the settings say (docs/operate/s3.md). Afterwards a delivery goes on with “voute deliver --resume”.
error-tile-conflict = A page of the log exists already with other content; nothing was replaced.
    .fix = Tell the IT team.
error-tile-damaged = A page of the log is damaged.
    .fix = Tell the IT team: restore it.
error-tile-missing = A page of the log is missing.
    .fix = Tell the IT team: restore it.
error-tlog-proof = The proof of the log's entry is not well formed.
    .fix = Download the receipt or the proof again.
error-too-many = Too many tries in a short time; nothing is lost.
    .fix = Wait a few minutes, then try again.
error-trust-file = The city's trust root is missing or not signed enough.
    .fix = Put trust-root.json, signed by the officers, into the city's folder.
error-trust-not-pinned = This machine does not know the city's trust root yet ({ $path }).
    .fix = Get trust-root.json, then: voute trust pin trust-root.json --fingerprint (as on the letter).
error-trust-root-chain = This trust root does not follow the one that is known; the old one stays.
    .fix = Get the roots in between, in order, by number: https://(the city)/api/trust-root?number=2, and so on.
error-trust-root-fingerprint = The fingerprint is not the letter's; nothing was kept.
    .fix = Compare with the letter again; else call the city.
error-trust-root-quorum = Too few officers signed this trust root ({ $have } of { $need }).
    .fix = Do not use it; call the city.
error-trust-root-rollback = This trust root is older than the one that is known.
    .fix = Keep the newer one; if it insists, call the city.
error-unknown-issuer = The trust root does not know this issuer.
    .fix = Do not rely on the document; call the city.
error-unknown-key = The signature is by a key that nobody announced.
    .fix = Do not rely on the document; call the city.
error-unknown-log = This log is no log of this city.
    .fix = Verify with the right trust root.
error-verification = A verification failed; nothing was shown or used.
    .fix = Do not insist: tell the city, with this message.
error-witness-ahead = The witness saw a longer log than this one; nothing was signed.
    .fix = Do not restart from an old backup: tell the IT team.
error-witness-conflict = The witness knows another size of the log.
    .fix = Try again with the size that it gives.
error-witness-forbidden = The witness did not recognise the log's signature.
    .fix = Check the keys that the witness knows.
error-witness-inconsistent = The log shown to the witness does not extend the one it saw.
    .fix = Tell the IT team: the log may have forked.
error-witness-request = The request to the witness is not well formed.
    .fix = Update the software.
error-witness-unknown-log = The witness does not follow this log.
    .fix = Add the log to the witness.
error-wrong-city = What is verified and the trust root are not of one city.
    .fix = Verify with the trust root of the city that gave it.
error-wrong-document = Another document came than the one asked for; nothing is shown.
    .fix = Call the city, with this message.
error-wrong-origin = The request comes from another page than the city's; nothing changed.
    .fix = Open the address printed on your letter.
error-wrong-statement = A statement of another kind stands in this place; nothing was used.
    .fix = Get the file again from its source.
error-wrong-vault = This document is meant for another vault; nothing is shown.
    .fix = Call the city, with this message.
error-cannot-check = Nothing could be compared: { $what ->
    [trust-root] the trust root is missing or not signed
    [log] neither the log's checkpoint nor its lock can be read
    [city] there is no city in this folder
    [locks] the folder of the log's locks is missing; after a restore begin with “voute admin log-recover”
    [rebuild] the new catalogue could not be made: its file is there already, or a store cannot be read
   *[store] a store cannot be read
    }. Nothing was changed.
    .fix = Check the folder and the settings; restore what is missing, then try again.
error-city-served = A server runs on this city; nothing was repaired.
    .fix = Stop it, then run the repair again. A check alone may run beside it.
error-repair-failed = The repair stopped at { $where }: a store failed. What was repaired before stays.
    .fix = See to the disk or the database, then run “voute fsck --repair” again.
error-catalogue-version = The catalogue is at schema { $found }; this release needs { $needed }. Nothing was changed.
    .fix = Make a backup, then run “voute admin migrate” with the server stopped. If the number found is the larger one, go back to the release that wrote it.
error-backup-none = There is no such backup in { $path }, or no backup at all that you may read; nothing was changed.
    .fix = Check the name of the folder, and whose it is; “voute backup list” names what is in it.
error-backup-damaged = A file is not what its name says, or can't be read: { $path }. Nothing of it was used.
    .fix = In a backup: take the one before (--name). While backing up: run “voute fsck” on the city.
error-restore-not-empty = There is something in { $path } already; nothing was written.
    .fix = Choose a folder that is absent or empty; on S3 and in a database too, nothing may be there.
error-freeze = { $why ->
    [busy] Another backup of this city is running
    [owner] { $path } belongs to another user, and is too large to be copied
    [link] { $path } is a symbolic link: what is behind it would be missing
    [mount] { $path } is on another disk than the city's folder: a backup gives files second names, which reach no other disk
   *[catalogue] The catalogue is neither a SQLite file nor a PostgreSQL database
    }; nothing was saved.
    .fix = { $why ->
    [busy] Wait for its end, then try again.
    [owner] Give it to the server's user: chown voute:voute, with that path.
    [link] Put the whole city on the other disk, and its path into the setting “data”.
    [mount] Mount one disk for the whole of the city's folder; catalogue and locks alone may be elsewhere, by their settings.
   *[catalogue] Look at the setting “catalogue”.
    }
error-log-behind = The restored log has { $size ->
        [one] { $size } entry
       *[other] { $size } entries
    }; one with { $known } was signed. Nothing was changed: going on would make two histories.
    .fix = Restore a later backup. If there is none, see “The backup is behind” in docs/operate/backup.md; until then the city is read only.
error-log-over = The log { $origin } has ended: another one took it over, and this backup is from before. Nothing was changed.
    .fix = Restore a backup from after the succession. If there is none: “The backup is behind” in docs/operate/backup.md.
error-successor-named = { $why ->
        [begun] A new log is prepared already: { $begun }, not { $origin }
       *[used] The new log can't be called { $origin }: a log of the city has that name
    }. Nothing was changed.
    .fix = { $why ->
        [begun] Do it again with that name: the same keys are shown.
       *[used] Give a name that was never used.
    }
error-no-successor = No log is prepared to take { $origin } over. Nothing was changed.
    .fix = “voute admin log-successor” prepares one; docs/operate/keys.md says what follows.
error-succession-early = The trust root in force does not say yet that the log changes ({ $origin }). Nothing was changed.
    .fix = It takes a root that ends the old log and opens the new one, with both its keys, and its date must have come (docs/operate/keys.md).
error-succession-unsure = The lock of the log { $origin } is not here: nobody knows what was signed last. Nothing was changed.
    .fix = Look for a later backup. If there is none, give --behind with the newest checkpoint that anybody kept: what is missing will be lost.
error-succession-older = A log of { $known ->
        [one] { $known } entry
       *[other] { $known } entries
    } was signed, and that of the given checkpoint is shorter ({ $size }), or another one. Nothing was changed.
    .fix = Give the newest: a witness shows it at its address, /HASH/checkpoint.
error-successor-begun = The witness { $witness } knows the new log already: another machine has it. Nothing was changed.
    .fix = Restore a backup from after the succession, or prepare another log (voute admin log-successor) and another ceremony.
error-log-unconfirmed = Too few witnesses confirmed that nothing later was signed ({ $have } of { $need }). Nothing was changed.
    .fix = Set the addresses of the witnesses (setting “witnesses”), or give --checkpoint with the newest cosigned one.
error-log-unreadable = No checkpoint signed by this city's log was restored. Nothing was changed.
    .fix = Restore another backup; see “voute backup check”.
error-plan = The plan can't become a trust root; what is wrong is at “{ $what }”. Nothing was written.
    .fix = Correct the plan; “voute ceremony plan” writes a whole one from an existing trust root.
error-ceremony-mixed = The signatures are of different drafts; nothing was written.
    .fix = Have the same draft signed by all; compare the fingerprint.
error-officer-key = The key file { $path } is none, exists already, or others may read it. Nothing was changed.
    .fix = Check the path; “chmod 600” if others may read it. A key is never written over.
error-token = { $why ->
    [pin] The token refuses the PIN
    [key] The token has no key of this label
    [exists] A key of this label is in the token already
    [library] The token's module, or the extra “pkcs11”, is missing
    [token] There is no token of this label
   *[other] The token refuses
    }. Nothing was signed.
    .fix = { $why ->
    [library] Give the maker's module with --pkcs11; install the wheel with its part “pkcs11”, as docs/operate/keys.md says.
   *[other] Check --token and --label. Mind that some tokens lock after wrong PINs.
    }
error-key-not-announced = The pinned trust root does not list the new key; the old one goes on signing.
    .fix = Have it put into the trust root, pin that root (voute trust pin), then switch.

error-notices-off = This city sends no notices by email.
    .fix = Nothing was changed. Your documents arrive in your vault all the same.

error-notice-code-wrong = This code is not the right one, or it no longer counts.
    .fix = Nothing was changed. Read the email again; for a new code, stop the notices, then enter your address again.

error-arms-refused = This coat of arms cannot be shown: { $what }.
    .fix = Nothing was changed. Give a PNG of 64 to 4096 pixels a side, about square, or an SVG made of shapes alone (docs/spec/arms.md).

error-push-off = Your city sends no notices to devices.
    .fix = Nothing was changed. Your documents still arrive in your vault.

error-push-service-unknown = Your browser gets its notices through a service that the city does not use.
    .fix = Nothing was changed. Choose notices by email, or another browser.

error-push-service = The service that carries notices to devices does not answer.
    .fix = Nothing is lost: notices go later. This server must reach the services of push_services on port 443.

error-mail-server = The mail server does not answer, or does not let us in.
    .fix = Nothing is lost: notices go later. Check the settings smtp_….
error-backup-busy = Another backup writes into { $path }; nothing was saved.
    .fix = Wait for its end, then try again. Each city needs a folder of backups of its own.
error-move-refused = { $why ->
    [locks] The new settings name other locks. The log's lock stays where it is: with two of them the log could split
    [data] The new settings name another folder of keys. Keys and trust root stay where they are
    [taken] Another city, or a later state of this one, is in the new store
    [rows] The new catalogue holds other rows
   *[same] The new settings name the same stores as the present ones
    }; nothing was changed.
    .fix = { $why ->
    [locks] Give both files the same “locks” and “s3_locks”.
    [data] Give both files the same “data”.
    [taken] Check the new settings; empty the folder of the bucket if it may go, then run this again.
    [rows] Check the new settings; empty the new database if it may go, then run this again.
   *[same] Change “blobs” or “catalogue” in the new file.
    }
error-move-unsound = { $end ->
    [target] The copy was checked and has { $differences ->
            [one] { $differences } difference
           *[other] { $differences } differences
        }: it must not be used. The source is as it was.
   *[source] The city was checked before copying and has { $differences ->
            [one] { $differences } difference
           *[other] { $differences } differences
        }. Nothing was copied.
    }
    .fix = { $end ->
    [target] Run “voute fsck” with the new settings to see them; run this again: what is whole is not copied twice.
   *[source] Run “voute fsck”, mend what it names, then run this again.
    }
error-timestamp-authority = The timestamp authority does not answer, or refuses. The log goes on without it.
    .fix = Check the network and the setting `tsa_url`; the server tries again every minute.
error-timestamp-bad = The timestamp does not hold: it is not by this authority, or not of this checkpoint.
    .fix = Make sure that the certificates are the authority's; if they are, do not trust this timestamp.
error-timestamp-stale = The log went on, but has not been timestamped for { $minutes } min.
    .fix = Tell the city: its timestamp authority may not answer any more.
