# Command line.
cli-interrupted = Stopped. What was done before is kept.
cli-interrupted-delivery = Stopped. What was acknowledged is kept; the unfinished delivery was cancelled.
cli-rate = { $rate }/s

deliver-stage-check = Checking the list
deliver-stage-match = Finding the vaults
deliver-stage-compare = Comparing with earlier deliveries
deliver-stage-seal = Sealing and sending
deliver-stage-log = Writing to the log
deliver-stage-receipts = Receipts
deliver-refused = { $count ->
    [one] One thing to mend. Nothing was sent.
   *[other] { $count } things to mend. Nothing was sent.
}
deliver-findings-line = Line
deliver-findings-what = What is wrong
deliver-findings-fix = What to do
deliver-more = … and { $count } more; --json gives them all.
deliver-dry = Nothing to mend. { $vaults ->
        [one] { $vaults } document would go to a vault
       *[other] { $vaults } documents would go to vaults
    }, { $codes ->
        [one] { $codes } would wait for its code
       *[other] { $codes } would wait for their code
    }. Nothing was sent.
deliver-done = Sent: { $sent ->
    [one] { $sent } document
   *[other] { $sent } documents
} ({ $vaults } to vaults, { $codes } waiting for their code), { $megabytes } MB, in { $seconds } s.
deliver-known = Delivered before, not sent again: { $known }.
deliver-frozen = Line { $line } (reference { $reference }): somebody said that this letter or this vault is not theirs. Nothing was put there; this document goes on paper, and the next one gets a new code.
deliver-held = Line { $line } (reference { $reference }): the vault was opened only just now; to be safe this document goes on paper. Send it again in a few days.
deliver-channels = Vault only: { $digital } (as many letters avoided). Vault and paper: { $both }. Paper only: { $paper }.
deliver-channels-dry = It would be vault only: { $digital }; vault and paper: { $both }; paper only: { $paper }.
deliver-print-list = To be printed: { $path }
deliver-choices = Letters avoided, each with the proof of the choice: { $path }
deliver-no-list = Name the list of documents, or ask for --resume.
deliver-resume-alone = --resume goes on with a delivery as it began: without --dry-run or --new-party.
deliver-resuming = Going on with delivery “{ $run }”.
deliver-resumed = With the city before going on: { $already ->
        [one] { $already } document
       *[other] { $already } documents
    }; sent now: { $rest }.
deliver-earlier-cancelled = An unfinished delivery of the same name (“{ $run }”) was cancelled and begun again; --resume would have gone on where it was.
deliver-earlier-damaged = The journal of an unfinished delivery of the same name (“{ $run }”) was damaged: it is set aside in { $path }. Nothing went twice; receipts of that delivery may be missing.
deliver-earlier-finished = A delivery of the same name (“{ $run }”) was committed without its receipts having arrived: they are in { $path } now.
deliver-unfinished = Delivery “{ $run }” is unfinished; what is sealed is kept. To go on where it is: voute deliver --resume --as { $issuer }
deliver-receipts = Receipts: { $path }
deliver-deleted = { $deleted ->
    [one] { $deleted } document has no receipt
   *[other] { $deleted } documents have no receipt
}: the city says that their holders have deleted them already, and nothing here proves it. That is rare so early: if there are many, call the city, and ask these people whether they got theirs.
deliver-summary = Summary by row: { $path }

letters-stage-check = Checking the list
letters-stage-look = Reading the documents
letters-stage-print = Setting the letters
letters-refused = { $count ->
    [one] One thing to correct. No manifest was written: nothing is to be printed.
   *[other] { $count } things to correct. No manifest was written: nothing is to be printed.
}
letters-left-out = { $count ->
    [one] One letter was left out:
   *[other] { $count } letters were left out:
}
letters-done = { $letters ->
        [one] { $letters } letter
       *[other] { $letters } letters
    } in { $files ->
        [one] { $files } file
       *[other] { $files } files
    }: { $pages ->
        [one] { $pages } page
       *[other] { $pages } pages
    }, { $sheets ->
        [one] { $sheets } sheet
       *[other] { $sheets } sheets
    }, in { $seconds } s.
letters-kinds = With a code: { $code_letters }; for a vault that is open already: { $vault_letters }; without code: { $paper_letters }.
letters-avoided = Without a letter, by a proven choice: { $avoided }.
letters-undelivered = No delivery called “{ $run }” is known here, so no letter was avoided: choices of paper or none are looked for there. If the list was delivered under another name, give it with --run.
letters-already = Files that were there, left as they are: { $already }.
letters-flat = Too thick to be folded, in files of their own: { $flat }.
letters-without-postal-code = Without a Canadian postal code, at the end: { $without_postal_code }.
letters-folder = For the print house: { $path }. These files hold the codes: hand them over encrypted, erase them after printing.
letters-one = Letter: { $path }. It holds a code: erase it once it is printed.

codes-column-reference = Reference
codes-column-party = Party
codes-column-slot = Slot
codes-column-state = State
codes-column-run = Run
codes-state-issued = issued, not used yet
codes-state-bound = vault open
codes-state-revoked = revoked
codes-state-frozen = frozen
codes-state-doubt = { $state } — the city says otherwise without proof ({ $check })
codes-not-fresh = { $why } These states are those of the last look.
codes-frozen = { $count ->
    [0] Nothing to freeze for reference { $reference }: its codes were frozen or revoked already.
    [one] One code of reference { $reference } is frozen, for ever: nothing new goes by it to any vault. What was there stays where it is. The next delivery makes a letter with another code.
   *[other] { $count } codes of reference { $reference } are frozen, for ever: nothing new goes by them to any vault. What was there stays where it is. The next delivery makes letters with other codes.
}
codes-code = { $reference } · { $party }: { $code }
    { $link }
codes-revoked = { $count ->
    [0] No unused code for reference { $reference }: nothing to revoke.
    [one] The code of reference { $reference } is revoked.
   *[other] { $count } codes of reference { $reference } are revoked.
}

receipts-which = Say which document: --reference, --document or --line.
receipts-written = Receipt written: { $path }

trust-shown = { $name } ({ $city }), trust root no. { $number }
    Fingerprint: { $fingerprint }
    Issuers: { $issuers }
trust-shown-waits = Trust root no. { $next } is in order and counts only from { $from } on: until then the present one, no. { $number }, stays. Give this command again on that day.

verify-step-receipt-reads = The receipt is well formed.
verify-step-same-city = Receipt, event and trust root are of one city.
verify-step-document-same = The document is, to the bit, the one that the department signed.
verify-step-issuer-signed = The department's signature holds.
verify-step-event-same = The event in the log is about this document.
verify-step-in-log = The event is in the public log.
verify-step-checkpoint-signed = The log has signed this checkpoint.
verify-step-witnesses = The witnesses were consulted.
verify-witnessed = Authentic: { $city }, { $issuer }, { $time }. “{ $title }”. In the log (line { $line }) and seen by the witnesses.
verify-logged = Authentic: { $city }, { $issuer }, { $time }. “{ $title }”. In the log (line { $line }), without a quorum of witnesses.
verify-step-act-reads = The act and the receipt are well formed.
verify-step-vault-signed = The signature is the vault's.
verify-step-act-logged = The event in the log is about this act.
verify-act-witnessed = Authentic: { $city }, vault { $vault }. { $what } Signed { $signed }, in the log since { $time } (line { $line }) and seen by the witnesses.
verify-act-logged = Authentic: { $city }, vault { $vault }. { $what } Signed { $signed }, in the log since { $time } (line { $line }), without a quorum of witnesses.
act-delete = The holder deleted document { $document }.
act-paperless = The holder gave up paper for “{ $type }” ({ $issuer }, choice no. { $number }).
act-paper = The holder asked for paper again for “{ $type }” ({ $issuer }, choice no. { $number }).
act-other = The holder signed an act of type “{ $type }”.
verify-fingerprint = Compare the city's fingerprint with the one on your letter: { $fingerprint }
verify-stamped = The timestamp authority saw this log on { $time }.

open-written = { $file } — { $title } ({ $issuer }), verified
open-note = your note: { $note }
open-act = { $file } — { $what } Signed { $signed }, in the log (line { $line }), verified
open-act-waiting = { $file } — { $what } Signed { $signed }, not in the log yet when the archive was made
open-act-refused = { $act }: refused. { $why }
open-index-refused = What you had noted about your documents could not be read: the index was refused. Your documents are not affected. { $why }
open-refused = Document { $document }: refused. { $why }
open-failed = { $count ->
    [one] One part of the archive could not be opened; the others were.
   *[other] { $count } parts of the archive could not be opened; the others were.
}

demo-installing = Making the demonstration city (half a minute to two, once)…
demo-typeset = Typesetting { $count ->
        [one] { $count } tax bill
       *[other] { $count } tax bills
    } as PDF…
demo-delivering = Sealing and delivering…
demo-too-few = { $count ->
        [one] { $count } bill is too few
       *[other] { $count } bills are too few
    }: the demonstration needs at least { $least }. Nothing was made.
demo-again = The demonstration city is there already: opening it again.
demo-fresh =
    The last letter was used: here is another, of another taxpayer.
    The vault that is open already waits for its passkey: { $origin }
demo-ready =
    Open this link in a browser of this machine that knows passkeys (from another machine: README.md says how):

      { $link }

    Code printed on the letter: { $code }
    The letter itself: { $letter }
    The city's fingerprint: { $fingerprint }

    { $witnesses ->
        [0] The only witness runs inside the city itself: this demonstration is of the first release.
        [one] { $witnesses } witness, in a process of its own, cosigns the log; it is needed.
       *[other] { $witnesses } witnesses, each in a process of its own, cosign the log; all of them are needed.
    }

    In another terminal, once the vault is open:
      { $deliver }
    The bills as letters, for a print house:
      { $letters }
    After saving the document and its receipt from the page:
      { $verify }
    To watch the city from outside, log and pages:
      { $monitor }
    To check it from inside:
      { $fsck }
demo-stop = Ctrl+C stops the city. Nothing is lost: “make demo” opens it again.
demo-runs = The demonstration of this folder runs already; nothing was changed. To stop it: Ctrl+C in its terminal, or “kill { $process }”.
demo-stopped = The city is closed. Everything is kept in { $path }.

admin-founded = The city is founded. The officers need these keys for the trust root (docs/operate/keys.md):
    { $ed25519 }
    { $mldsa44 }
    At the ceremony officers see them as { $ed25519_shown } and as SHA-256 { $mldsa44_shown }.
    Next: put the trust root that they sign into the folder of the city, as trust-root.json, then start the server.
admin-keys = Log { $origin }:
    { $ed25519 }
    { $mldsa44 }
    At the ceremony officers see them as { $ed25519_shown } and as SHA-256 { $mldsa44_shown }.
admin-migrated = The catalogue is at schema { $schema }, the one of this release.

backup-stage-save = Sealing
backup-stage-prove = Comparing
backup-stage-restore = Bringing back
backup-key = The key is in { $path }: put it into a safe and on no machine of the city. Without it no backup opens.
    Recipient, for “voute backup save --to”: { $recipient }
backup-list-empty = There is no backup in { $path }.
backup-saved = Backup { $name }: { $files ->
        [one] { $files } file
       *[other] { $files } files
    }, { $megabytes } MB, of which { $added ->
        [one] { $added } was new
       *[other] { $added } were new
    }; log at { $entries ->
        [one] { $entries } entry
       *[other] { $entries } entries
    }; { $seconds } s. Objects forgotten: { $forgotten }.
backup-proven = Backup { $name } of { $taken_at } is whole: { $files ->
        [one] { $files } file
       *[other] { $files } files
    }, { $megabytes } MB, release { $release }, log at { $entries ->
        [one] { $entries } entry
       *[other] { $entries } entries
    }.
backup-restored = Backup { $name } of { $taken_at } is back: { $files ->
        [one] { $files } file
       *[other] { $files } files
    }, { $megabytes } MB, release { $release }, schema { $schema }, log at { $entries ->
        [one] { $entries } entry
       *[other] { $entries } entries
    }.
    Next: “voute admin log-recover”, then “voute fsck”, then start the server.
admin-successor = The log { $origin } is ready to take over. The officers need these keys for the trust root (docs/operate/keys.md):
    { $ed25519 }
    { $mldsa44 }
    At the ceremony officers see them as { $ed25519_shown } and as SHA-256 { $mldsa44_shown }.
admin-log-succeeded = The log { $origin } takes { $old } over, from its entry { $size } on. The old keys are destroyed. Now: voute witness follow, at each witness; { $again ->
        [0] voute fsck; then start the server
       *[other] start the server; then voute fsck
    }.
admin-log-again = Kept by the catalogue: { $again ->
        [one] { $again } entry
       *[other] { $again } entries
    } that the log's folder lacks. The server enters them again at their places when it starts.
admin-log-lost = Lost: { $lost ->
        [one] { $lost } entry
       *[other] { $lost } entries
    } among numbers { $size } to { $last } of { $old }. Departments send their lists of those hours again; tell residents to do their deletions and choices of those hours again.
admin-log-recovered = The log { $origin } goes on after its { $size ->
        [one] { $size } entry
       *[other] { $size } entries
    }: no witness knows of a later one.

ceremony-which-key = Give the key's file, or a token (--pkcs11, --token).
ceremony-pin = PIN of the token
ceremony-key = The key is in the file: put it into a safe, and on no machine that is connected.
    Public key, for the plan: { $public }
    Recipient, for what is sealed to you: { $recipient }
ceremony-key-token = The key is in the token and can't be taken out.
    Public key, for the plan: { $public }
ceremony-draft = Trust root no. { $number } of { $name } ({ $city }), { $origin }
    Counts from: { $effective }
    Officers: { $officers }, of whom { $threshold } must sign
    Logs: { $logs }
    Witnesses: { $witnesses } ({ $quorum } must cosign)
    Issuers (keys): { $issuers }
    Fingerprint: { $fingerprint }
ceremony-whole = All that it says:
ceremony-changes = All that it changes in the root before it (- goes, + comes):
ceremony-confirm = Did you compare the fingerprint with the other officers', is each of these lines wanted, and do you want to sign? (yes or no)
ceremony-log-warning = { $why ->
        [none] From { $at } on no log is open: nothing more could be delivered.
        [several] From { $at } on several logs are open: { $origin }. The first should end when the other begins.
       *[early] The log { $origin } ends at { $at }, before this root counts: what it signs in between will be refused.
    }
ceremony-planned = The plan is in { $path }. Edit it, then: voute ceremony draft, with that file and --after.
ceremony-signed = Signed with { $public }. Bring { $path } to who joins the signatures.
ceremony-joined = { $path } has { $count ->
        [one] { $count } signature
       *[other] { $count } signatures
    }, as every client asks for.
issuer-made = Department { $issuer }: folder { $path }. Next: seal the key that makes the codes to two officers (voute issuer escrow).
    Public key, for the trust root: { $public }
issuer-key = Department { $issuer } signs with { $public }
issuer-escrowed = { $path } opens with any one of { $count ->
        [one] { $count } key. Keep
       *[other] { $count } keys. Keep
    } copies in two places.
issuer-recover-both = A new folder needs both: --city and --server.
issuer-recovered = The key that makes the codes of { $issuer } is back.
issuer-recovered-anew = The key that makes the codes of { $issuer } is back, in a new folder: { $path }. Bring registry.json, letter.toml and runs/ back from your copy, then pin the trust root (voute trust pin).
    It signs with a new key, which the trust root must list first (docs/operate/keys.md): { $public }
issuer-next = Next key of { $issuer }, for the trust root: { $public }
issuer-switched = { $issuer } signs with { $public } from now on. In the next trust root, end the old key at the log's size of today.
admin-bounces = Mails read: { $read }. Notices that came back, counted: { $counted }.
admin-bounces-blocked = Refused as such (policy or spam): { $blocked }. The addresses are not at fault: look at SPF, DKIM, DMARC and the reputation of your mail server.
admin-cors-fits = Pages of { $origin } may read sealed bodies at { $address }.
admin-cors-refused = Pages of { $origin } may not read at { $address }: every body goes through the city, which is slower; nothing is lost. Give the rule: voute admin cors --set
move-stage-source = Checking the source
move-stage-packs = Packs
move-stage-sidecars = Sidecars
move-stage-ledger = The ledger
move-stage-log = The log
move-stage-target = Checking the copy
move-done = The copy is whole and was checked at both ends: { $files ->
        [one] { $files } file
       *[other] { $files } files
    } ({ $files_copied } copied now), { $rows ->
        [one] { $rows } row
       *[other] { $rows } rows
    } ({ $rows_copied } copied now), { $seconds } s. Nothing of the source was changed. Start the server with { $file } from now on, never again with the old settings; keep the old stores until the next backup, then remove them.
