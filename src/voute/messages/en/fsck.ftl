# What “voute fsck” finds (find-CODE) and what to do about it (remedy-CODE).
fsck-stage-log = The log
fsck-stage-packs = Deliveries and packs
fsck-stage-ledger = The ledger
fsck-rebuilt = The catalogue was made anew in { $file }: { $deliveries ->
        [one] { $deliveries } delivery
       *[other] { $deliveries } deliveries
    }, { $documents ->
        [one] { $documents } document
       *[other] { $documents } documents
    }, { $vaults ->
        [one] { $vaults } vault
       *[other] { $vaults } vaults
    }, { $events ->
        [one] { $events } event
       *[other] { $events } events
    }; documents that could not be brought back: { $lost }. It is not in use yet: put it in the place of the lost one, then start the server.
fsck-rebuild-alone = goes neither with --repair nor with --quick
fsck-not-rebuilt-sessions = Not brought back: sessions. People and departments sign in again.
fsck-not-rebuilt-drafts = Not brought back: deliveries that were not committed. Departments send them again with “voute deliver --resume”.
fsck-not-rebuilt-unlogged = Not brought back: what came in the last second and had no place in the log yet. Who got no receipt does it again.
fsck-not-rebuilt-times = Not the same: the instant at which a delivery was shown is that of its commit; counters of passkeys begin at zero.
fsck-not-rebuilt-headers = Not the same: documents that waited for a code are locked as they were for the letter; the keyring opens them.
fsck-mended = Repaired: the log proves what is right.
fsck-can-mend = The log proves what is right: “voute fsck --repair” sets it right.
fsck-counts = Looked at: { $entries ->
        [one] { $entries } entry
       *[other] { $entries } entries
    } of the log, { $events ->
        [one] { $events } event
       *[other] { $events } events
    }, { $deliveries ->
        [one] { $deliveries } delivery
       *[other] { $deliveries } deliveries
    }, { $packs ->
        [one] { $packs } pack
       *[other] { $packs } packs
    }, { $documents ->
        [one] { $documents } document
       *[other] { $documents } documents
    }, { $vaults ->
        [one] { $vaults } vault
       *[other] { $vaults } vaults
    }.
fsck-pending-committed = Committed deliveries that the server has yet to show: { $count }.
fsck-pending-drafts = Deliveries not committed yet: { $count }.
fsck-pending-drafts-cut = Packs of unfinished deliveries to be sent again or cancelled: { $count }.
fsck-pending-numbered = Events that the server has yet to write into the log: { $count }.
fsck-pending-publishing = The server has yet to note the newest checkpoint.
fsck-pending-sequencing = The server has yet to finish a batch of the log.
fsck-pending-destroying = Deleted documents that the server has yet to destroy: { $count }.
fsck-pending-removing = Files of cancelled deliveries that the server has yet to remove: { $count }.
fsck-pending-staged = Batches of the log that the server has yet to finish or to clear away: { $count }.
fsck-pending-uploads = Files on their way in, or left over (told apart when no server runs): { $count }.
fsck-pending-witnesses = The newest checkpoint waits for its witnesses.
fsck-done-clean = Nothing differs. { $seconds } s.
fsck-done-mended = Repaired: { $mended }.
fsck-done-differences = Differences: { $differences }, of which harmless leftovers: { $leftovers }. { $seconds } s.

find-body-differs = A sealed document is not the one that the index of its pack names.
remedy-body-differs = Tell the department: it delivers this document again.
find-bundle-damaged = A page of entries of the log is damaged.
remedy-bundle-damaged = Restore it from a backup, then run “voute fsck” again.
find-bundle-missing = A page of entries of the log is missing.
remedy-bundle-missing = Restore it from a backup, then run “voute fsck” again.
find-catalogue-corrupt = The database itself reports damage: { $detail }.
remedy-catalogue-corrupt = Stop the server. Copy the database file, restore the newest backup, then run “voute fsck --repair”.
find-chain-differs = The chain of a journal is not that of its events in the log.
remedy-chain-differs = Restore this row from a backup of the catalogue: its salt is nowhere else.
find-chain-missing = The chain of a vault's or a code's journal is gone.
remedy-chain-missing = Restore this row from a backup of the catalogue: its salt is nowhere else.
find-chain-stray = A chain belongs to a journal without events.
remedy-chain-stray = Compare with a backup of the catalogue; events of this journal may be lost.
find-checkpoint-bad = The checkpoint is not signed by the log and the witnesses of the trust root: { $detail }.
remedy-checkpoint-bad = Check that the trust root is the right one; then start the server: it signs the head that the lock holds once more.
find-checkpoint-missing = The signed checkpoint of the log is missing.
remedy-checkpoint-missing = Start the server: it signs the head that the lock holds once more.
find-credential-missing = A passkey of a vault cannot sign in: its key is gone from the catalogue, or belongs to another vault there.
remedy-credential-missing = Restore this row from a backup of the catalogue; the holder can use the recovery kit.
find-deleted-remains = Its holder deleted this document, but its header, card or salts are still kept.
remedy-deleted-remains = Run “voute fsck --repair”: the server then destroys them.
find-consent-column = A column of a choice (paper or not) is not what the signed act says.
remedy-consent-column = Restore this row from a backup of the catalogue.
find-consent-missing = A signed choice (paper or not) has lost its row: paper goes out for this document.
remedy-consent-missing = Restore this row from a backup of the catalogue.
find-consent-stray = A row gives a choice (paper or not) that no act bears: departments do not believe it.
remedy-consent-stray = Remove this row, or restore it from a backup of the catalogue.
find-delivery-column = A column of a delivery is not what its packs and documents give.
remedy-delivery-column = Restore this row from a backup of the catalogue.
find-delivery-missing = Packs or documents belong to a delivery that is gone from the catalogue.
remedy-delivery-missing = Restore this row from a backup of the catalogue.
find-delivery-stray = A delivery counts, but no pack belongs to it.
remedy-delivery-stray = Restore its rows from a backup of the catalogue.
find-document-column = A column of a document is not what log, pack and sheet give.
remedy-document-column = Restore this row from a backup of the catalogue.
find-document-missing = A document is in the log or in its pack, but not in the catalogue: its holder does not see it.
remedy-document-missing = Restore the newest backup of the catalogue beside the present log, then run “voute fsck --repair”.
find-document-stray = The catalogue has a document that no pack holds.
remedy-document-stray = Restore this row from a backup of the catalogue.
find-event-act = The signed act behind an event is missing or not the right one: { $detail }.
remedy-event-act = Restore this row from a backup of the catalogue; who signed may have a copy.
find-event-bad = An event cannot be read: { $detail }.
remedy-event-bad = Restore this row from a backup of the catalogue.
find-event-beyond-log = The catalogue says that the log has entry { $index }; the log ends before it.
remedy-event-beyond-log = The log lost published entries: do not start the server. Restore the folder of the log in its newest state.
find-event-column = A column beside an event is not what the event itself says.
remedy-event-column = Restore this row from a backup of the catalogue.
find-event-differs = An event is not the one whose hash is in the log.
remedy-event-differs = Restore this row from a backup of the catalogue; its receipts would not verify.
find-event-missing = The log has an entry whose event is gone from the catalogue.
remedy-event-missing = Restore the newest backup of the catalogue beside the present log, then run “voute fsck --repair”.
find-job-stray = Work is kept that speaks of nothing in the catalogue.
remedy-job-stray = Compare with a backup of the catalogue: a document may be lost.
find-index-differs = The sealed index of a vault is damaged: its holder's pages open each document anew.
remedy-index-differs = Nothing of a document is lost. The holder's next visit writes a new index; marks that the holder made are lost unless this row is restored from a backup of the catalogue.
find-keyring-differs = The keyring of a vault is not the one that its newest signed record names.
remedy-keyring-differs = Restore this row from a backup of the catalogue; the holder's exported archive has a copy.
find-keyring-missing = The keyring of a vault is gone: its holder cannot open it.
remedy-keyring-missing = Restore this row from a backup of the catalogue; the holder's exported archive has a copy.
find-ledger-damaged = A file of the ledger, from which a lost catalogue would be made anew, is damaged.
remedy-ledger-damaged = Set right what else differs, then run “voute fsck --repair”: it writes the file from the catalogue.
find-ledger-differs = A file of the ledger says something else than the catalogue, and the log does not prove which is right.
remedy-ledger-differs = Keep both. If the catalogue is the right one, move the file away and run “voute fsck --repair”; if the file is, make the catalogue anew with “voute fsck --rebuild-into”.
find-ledger-missing = A file of the ledger, from which a lost catalogue would be made anew, is missing.
remedy-ledger-missing = Set right what else differs, then run “voute fsck --repair”: it writes the file from the catalogue.
find-ledger-remains = The ledger still holds what was to be destroyed with a deleted document.
remedy-ledger-remains = Set right what else differs, then run “voute fsck --repair”.
find-lock-ahead = The lock promises { $locked ->
        [one] { $locked } entry
       *[other] { $locked } entries
    }, { $published ->
        [one] { $published } is published
       *[other] { $published } are published
    }, and no batch leads from one to the other.
remedy-lock-ahead = Restore the folder of the log as it was at the last moment; otherwise another log takes over (docs/operate/keys.md).
find-lock-bad = The lock of the log holds no tree head.
remedy-lock-bad = Do not start the server. Never restore a lock from a backup: another log takes over (docs/operate/keys.md).
find-lock-behind = The lock holds size { $locked }, the published log has { $published } or another root: the lock was set back.
remedy-lock-behind = Do not start the server: it could fork the log. Another log takes over (docs/operate/keys.md).
find-lock-missing = The lock that keeps the log from forking is missing.
remedy-lock-missing = Check the setting `locks`. After a restore: “voute admin log-recover”. Never make a lock in another way: where it is lost, another log takes over (docs/operate/keys.md).
find-log-behind = The catalogue has a signed checkpoint of { $noted ->
        [one] { $noted } entry, larger
       *[other] { $noted } entries, larger
    } than the log: the log was set back, and proves nothing now.
remedy-log-behind = Do not start the server. Restore the folder of the log in its newest state, then check again.
find-log-state-differs = The catalogue's copy of the checkpoint is not a state of this log.
remedy-log-state-differs = Run “voute fsck --repair”; if it stays, the catalogue is of another city or newer than the log: restore both together.
find-log-state-missing = The catalogue lacks its copy of the checkpoint.
remedy-log-state-missing = Start the server: it notes the checkpoint again.
find-log-stray = A file in the folder of the log belongs to no page of it.
remedy-log-stray = Look who put it there; it may be removed by hand.
find-lookup-column = A column of a code is not what signed events and the sheet of its documents say.
remedy-lookup-column = Restore this row from a backup of the catalogue.
find-lookup-missing = A code that documents or events name is gone from the catalogue.
remedy-lookup-missing = Restore this row from a backup of the catalogue: until then its letter opens nothing.
find-method-differs = A way into a vault does not agree with itself.
remedy-method-differs = Restore this row from a backup of the catalogue; another way into the vault still works.
find-method-missing = A way into a vault that its signed record names is gone.
remedy-method-missing = Restore this row from a backup of the catalogue; another way into the vault still works.
find-method-stray = The catalogue has a way into a vault that its signed record does not name.
remedy-method-stray = Find out who added it; it opens nothing, but may sign in.
find-number-differs = The number of a vault was not given to the code that opened it.
remedy-number-differs = Restore this row from a backup of the catalogue.
find-pack-bad = A pack is what its name promises, but its index cannot be read: { $detail }.
remedy-pack-bad = Tell the department: it sent a pack that no city should have taken.
find-pack-column = A column of a pack's row is not what the pack gives.
remedy-pack-column = Restore this row from a backup of the catalogue.
find-pack-damaged = A pack is not the one that its name promises; damaged documents in it: { $documents }.
remedy-pack-damaged = Restore this file from a backup; otherwise the department delivers its documents again.
find-pack-missing = A pack with sealed documents is missing.
remedy-pack-missing = Restore this file from a backup; otherwise the department delivers its documents again.
find-pack-orphan = No delivery speaks of this pack: an upload that was stopped, or a cancelled delivery, left it.
remedy-pack-orphan = “voute fsck --repair” removes it once everything else is sound.
find-pack-row-missing = A pack is there, its row in the catalogue is gone.
remedy-pack-row-missing = Restore this row from a backup of the catalogue.
find-parts-differ = Catalogue and sheet have not the same of a document, and the log does not say which is right.
remedy-parts-differ = Compare with a backup: the right one opens with its holder's key, the other is refused and never shown.
find-parts-missing = Header and card of a document are gone from the catalogue.
remedy-parts-missing = Restore this row from a backup of the catalogue.
find-parts-stray = Header and card of a document are there, the document is not.
remedy-parts-stray = Compare with a backup of the catalogue: a document may be lost.
find-record-column = A column beside a signed record is not what the record says.
remedy-record-column = Restore this row from a backup of the catalogue.
find-record-missing = The log names a signed record of a vault that is gone.
remedy-record-missing = Restore this row from a backup of the catalogue; the holder's pages have a copy.
find-records-bad = The signed records of a vault do not form a chain: { $detail }.
remedy-records-bad = Restore these rows from a backup of the catalogue; until then nothing is sealed to this vault.
find-root-differs = The stored entries do not lead to the root that the log promised: nothing can be proven, so nothing is repaired.
remedy-root-differs = Do not start the server. Restore the folder of the log from a backup or from a mirror, then check again.
find-sidecar-damaged = The sheet beside a pack is damaged.
remedy-sidecar-damaged = Restore this file from a backup; the catalogue still has the documents.
find-sidecar-differs = The sheet beside a pack does not agree with the log.
remedy-sidecar-differs = Restore this file from a backup; the catalogue still has the documents.
find-sidecar-missing = The sheet beside a pack (headers, cards, events) is missing.
remedy-sidecar-missing = Restore this file from a backup; the catalogue still has the documents.
find-sidecar-orphan = No delivery speaks of this sheet.
remedy-sidecar-orphan = “voute fsck --repair” removes it once everything else is sound.
find-sidecar-other = The sheet beside a pack is that of another pack.
remedy-sidecar-other = Restore this file from a backup; the catalogue still has the documents.
find-statement-bad = The department's signed statement about a pack does not hold: { $detail }.
remedy-statement-bad = Restore the sheet of this pack from a backup; the receipts of its documents still verify.
find-stray-file = A file that is none of the city's.
remedy-stray-file = Look who put it there; it may be removed by hand.
find-temporary-left = A file that was never finished: a crash left it.
remedy-temporary-left = “voute fsck --repair” removes it.
find-tile-damaged = A page of hashes of the log is not what its entries give.
remedy-tile-damaged = Restore it from a backup, then run “voute fsck” again.
find-tile-missing = A page of hashes of the log is missing.
remedy-tile-missing = Restore it from a backup, then run “voute fsck” again.
find-vault-column = A column of a vault is not what its newest signed record says.
remedy-vault-column = Restore this row from a backup of the catalogue.
find-vault-missing = Records or keys belong to a vault that is gone from the catalogue.
remedy-vault-missing = Restore this row from a backup of the catalogue.
