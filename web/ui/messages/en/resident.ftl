### Residents' pages.

## Welcome and opening the vault

welcome-title = Your city’s mail, in a vault that nobody else can open
welcome-lead = Tax bills, permits, fines, certificates: read them, keep them, prove they are genuine. No password, no appointment.
welcome-have-letter = I got a letter with a code
    .hint = This is how a vault opens the first time.
welcome-no-vault = No vault yet? Enter the code of your letter
welcome-facts-title = What makes this vault different
welcome-fact-sealed = Nobody else can read it
    .text = Each document is sealed before it leaves the City and opens only on your device. We do not have the key.
welcome-fact-proof = Every document has its proof
    .text = A receipt, which your bank or notary checks without an account and without us, says who the document comes from and that it has not changed.
welcome-fact-leave = You leave when you like
    .text = Everything goes with you in an open format, readable without this service. Paper stays possible, always.

sign-in-title = Open my vault
sign-in-title-asked = Your vault is locked
sign-in-title-elsewhere = Your vault was locked
sign-in-title-locked = Your vault has closed itself
sign-in-title-expired = Your visit has ended
sign-in-title-signed-out = Your vault is closed
sign-in-lead = A single confirmation identifies you and opens the vault.
sign-in-why-asked = Nothing is readable on this device any more. One confirmation opens it again, at the same page.
sign-in-why-elsewhere = You locked it in another tab, or it locked itself there. One confirmation opens it again, at the same page.
sign-in-why-locked = Nobody touched it for some minutes, so we locked it. Nothing is lost: one confirmation opens it again, at the same page.
sign-in-why-expired = For your safety a visit does not last for ever. Open your vault again: you will come back to the same page.
sign-in-why-signed-out = Nothing is readable on this device any more. See you soon.
sign-in-button = Open my vault
sign-in-button-hint = With your fingerprint, your face, your device’s code or your card.
sign-in-with-kit = Use my recovery kit
sign-in-prompt = Confirm on your device…
sign-in-opening = Opening the vault…
sign-in-kit-title = Open with the recovery kit

kit-form-asked = Paste the text of your kit, or choose its file. It is read in this page and sent nowhere.
kit-form-no-prf = Your passkey did identify you, but this device cannot use it to open the vault. Your recovery kit can. You may also open your vault on another device.
kit-form-no-passkeys = This browser does not know passkeys. Your recovery kit opens the vault all the same.
kit-form-label = Text of the kit
kit-form-hint = It begins with “# voute-kit” and ends with a long line “AGE-SECRET-KEY-PQ-1…”.
kit-form-file = Choose the file
scan-open = Scan the square
scan-title-kit = Hold up the square of your kit
scan-title-letter = Hold up the square on your letter
scan-text-kit = Hold the sheet flat, with the whole square in the picture. The picture stays in this page: nothing is kept or sent.
scan-text-letter = Hold the letter flat, with the whole square in the picture. The picture stays in this page: nothing is kept or sent.
scan-busy = Opening the camera…
scan-video = What the camera sees
scan-other-kit = This square is not the one of a kit. Hold up the one on your sheet.
scan-other-letter = This square does not lead here. Hold up the one that the City printed on your letter. If it is stuck on top, it is a trap: call us.
scan-without-kit = Copy or paste the text of the kit, or choose its file.
scan-without-letter = Type the code printed under the square: it opens the same letter.
scan-found = The square has been read. You can go on.
scan-leave = Close
scan-close = Close the camera
kit-form-missing = Paste the text of the kit, or choose its file.
kit-form-too-large = This file is too large to be a kit. The kit’s file is a short text; it was saved as “{ $file }”.
kit-form-submit = Open with the kit

nav-documents = Documents
nav-paper = Paper
nav-ways-in = Ways in

## From the code on the letter to the open document

open-type-title = Enter the code on your letter
open-type-lead = It is printed under the square you can scan: six groups of four letters or digits.
open-type-lost = This page was loaded again. It keeps the code of your letter nowhere: scan the square again, or enter the code.
open-code-label = Code
open-code-hint = Upper or lower case, with or without hyphens. The letter O reads as zero, I and L as 1.
open-code-count = { $count } of { $of ->
        [one] { $of } character
       *[other] { $of } characters
    }
open-code-group = It is “{ $symbol }”, in group { $group }.
open-code-missing = { $missing ->
    [one] One character is missing.
   *[other] { $missing } characters are missing.
}
open-code-extra = { $extra ->
    [one] There is one character too many.
   *[other] There are { $extra } characters too many.
}
open-code-empty = Enter the code of your letter, or scan the square.
open-code-submit = See what is waiting
open-checking-title = Reading the code
open-checking = We are looking for what is waiting for you…
open-letter-label = What is waiting for you
open-letter-title = { $count ->
    [one] A document is waiting for you
   *[other] { $count } documents are waiting for you
}
open-letter-dated = of { $date }
open-letter-button = Open my vault
open-letter-hint-shared = As this computer is shared, keep the key on your phone or on a security key: your browser will offer it.
open-letter-hint = Your device will ask for one confirmation: fingerprint, face or code. That is all: no password, no form.
open-prompt-title = Confirm on your device
open-prompt = Waiting for your confirmation…
open-again-title = One more confirmation, the last
open-again-lead = Your device has created the passkey, but it asks for a second gesture before the passkey can open the vault. After that, one is enough.
open-again-button = Confirm a second time
open-without-passkey = Continue without a passkey
open-kit-title = First keep your recovery kit
open-kit-no-prf = This device can identify you but cannot open a vault. Your vault will open with the kit below. Print it or save it, then continue.
open-kit-no-passkeys = This browser does not know passkeys. Your vault will open with the kit below. Print it or save it, then continue.
open-kit-asked = Your vault will open with the kit below, without a passkey. Print it or save it, then continue.
open-kit-button = Open my vault
open-making-title = Your vault is being made
open-making = A few seconds: your keys are made here, on your device.
open-unsent-kept = What you did is kept in this page: as soon as the connection is back it goes on by itself, once.
open-retype = Enter another code
open-not-mine = This letter is not for me
open-used = A vault has already been opened with this letter. A code works only once.
open-used-since = A vault was opened with this letter on { $date }. A code works only once.
open-used-me = If it was you
    .text = Your vault and your documents are waiting for you.
open-used-other = If it wasn’t you
    .text = Someone may have had your letter in hand before you. Say so: nothing new will go to that vault.
    .act = It wasn’t me
open-give-used = Block this code?
    .does = No document will go to the vault that was opened with this letter any more. The next one goes out on paper, then a letter will carry a new code.
    .not = What has already been opened can’t be taken back, and a blocked code stays blocked. Call us too: someone may have taken your mail.
    .act = Block this code
open-give-letter = This letter is not for you?
    .does = This code will open nothing any more, and the department that wrote will know. The next document goes out on paper.
    .not = Nothing was opened or recorded here. If the letter is for someone in your home, give it to them instead: a code that was put aside stays so.
    .act = Put this code aside
open-give-busy = One moment…
open-given-used = The code is blocked
    .next = Nothing new will go to that vault. The department that wrote will know at its next delivery, and that delivery goes out on paper.
    .you = Call us if you think that someone took your mail.
open-given-letter = Noted, thank you
    .next = This code opens nothing any more. The department that wrote will know at its next delivery.
    .you = Put the letter back in the mail or destroy it, then close this page.

shared-choice = Other people use this device
    .text = Nothing of your vault will be kept here. It will lock after two minutes, and your visit ends with this tab. This choice is for this browser.
shared-open = Shared device: leave your vault before you go.
shared-leave = Leave my vault
shared-files = Shared device: a file that you download stays on this device, a page that you print stays in the printer.

terms-title = The terms, in plain words
terms-what = This vault is free. The City puts your documents in it; you read them, keep them and take them with you.
terms-keys = The keys are made and kept on your device. If you lose all of them, nobody can reopen the vault; the City can then deliver its documents again into a new one.
terms-paper = Paper continues. Opening this vault takes no letter away from you: you will choose, one type of document at a time, and you can change your mind.
terms-log = Each delivery and each first reading leave a trace, unreadable to others, in a public register that nobody can rewrite.
terms-leave = You can leave at any time, with all your documents.
terms-law = This service follows Québec’s Act to establish a legal framework for information technology (C-1.1) and the Act respecting Access to documents held by public bodies and the Protection of personal information (A-2.1).

## Not mine any more

disown-link = This document is not about me, or no longer is
disown-title = Stop receiving these?
disown-lead = { $issuer }: “{ $title }”.
disown-does = The next documents of this kind will no longer come to your vault: they go out on paper, to the address that the department knows.
disown-not = Your documents stay in your vault, this one too.
disown-final = This is final for this code: to receive here again you will need the code of a new letter.
disown-button = Stop receiving
disown-busy = One moment…
disown-back = Back to the document
disown-done = Noted
    .next = { $issuer } will know at its next delivery, and that delivery goes out on paper.
    .kept = What is in your vault stays there.

## Documents

documents-title = My documents
documents-loading = Opening your documents…
documents-opening = { $count ->
        [one] { $total } document open, more
       *[other] { $total } documents open, more
    } are coming…
documents-count = { $count ->
    [0] No documents
    [one] 1 document
   *[other] { $total } documents
}
documents-to-do = To do
documents-to-do-late = { $count ->
    [one] Date past
   *[other] Dates past
}
documents-to-do-soon = Within seven days
documents-to-do-later = In more than seven days
documents-to-do-all = { $count ->
    [one] Show the coming date
   *[other] Show all { $count } coming dates
}
documents-missing = { $count ->
    [one] A document that you had is no longer in the City’s list
   *[other] { $count } documents that you had are no longer in the City’s list
}
    .text = If you deleted it on another device, all is well. If not, call us: your vault remembers what it has seen.
documents-missing-forget = I know why
documents-unmarked = “{ $title }” was not marked as handled: it is still to do.
documents-index-old = Your most recent marks may be missing
documents-index-refused = What you had noted could not be read
documents-index =
    .text = All your documents are here, opened and checked one by one. Only your marks, titles and notes may be missing.
documents-unread = Unread:
documents-more = Show more documents
documents-newer = Show newer documents
documents-years = Go to a year
documents-none-found = Nothing matches what you are looking for.
documents-show-all = Show everything
documents-empty = Nothing for now
    .text = Your documents will appear here as soon as the City delivers one.
documents-refused = { $count ->
    [one] One document did not pass the checks and is not shown
   *[other] { $count } documents did not pass the checks and are not shown
}
    .text = It is not your fault. Call us and give these codes.
    .code = Code { $code }
    .which = Document
documents-reminder = Your vault has only one way in
    .text = If you lose this device, nothing will open it any more. Make a recovery kit: one sheet to print, two minutes.
    .act = Add a second way in
    .later = Later

filter-text = Search my documents
filter-title = Filter
filter-issuer = Department
filter-type = Type
filter-all = All
filter-year = Year
filter-all-years = All
filter-folder = Folder
filter-open = Not handled yet only
filter-unread = Unread only

## One document

document-tab = Document
document-back = My documents
document-loading-title = Opening the document
document-loading = The document is being opened and checked on your device…
document-issued = issued { $date }
document-amount = Amount
document-part = Instalment { $number } of { $of }
document-part-of = instalment { $number } of { $of }, { $total } in all
document-total = Amount in all
document-due = due { $date }
document-due-label = Due
document-reply-by = reply by { $date }
document-reply-label = Reply by
document-reference = Payment reference
document-reference-copy = Copy
document-reference-copied = Reference copied, to paste at your bank’s site.
document-reference-failed = This browser could not copy it. Press on the reference for a moment, then copy it.
document-download = Download (PDF, { $size })
document-print = Print
document-print-far = Preparing to print: page { $number } of { $pages }
document-print-stop = Do not print

document-handle = Mark as handled
document-unhandle = Back to do
document-handled = Handled
document-handled-said = “{ $title }” is handled
document-unhandled-said = “{ $title }” is to do again
document-unkept = What you just noted is not saved yet. It stays here while your vault is open, and is sent again in a moment.
document-calendar = Add to calendar
document-share = Share
document-share-failed = This device could not share the file. Download it, then attach it.
document-delete = Delete this document
document-delete-title = Delete this document for ever?
document-delete-what = It leaves your vault at once, on all your devices. A few seconds later, what opens it is destroyed: nobody can bring it back, neither you nor we.
document-delete-kept = The register keeps the proof that you deleted it, and when. What you downloaded or printed stays yours. What you owe the City is still owed.
document-delete-confirm = Delete for ever
document-delete-cancel = Keep the document
document-deleting = Deleting…
document-deleted-title = The document is deleted
document-deleted-what = “{ $title }” is no longer in your vault.
document-deleted-waiting = The proof of the deletion is being prepared, usually in less than a minute.
document-deleted-late = The deletion is not in the public register yet. The document is deleted all the same.
document-deleted-ask = Ask for the proof again
document-deleted-proof = The deletion is in the public register, line { $index }.
document-deleted-save = Download the proof of the deletion
own-open = Title, folder, note
own-heading = For you alone
own-text = The City reads none of this: it is sealed with your vault, and you find it on your other devices.
own-title = Your title
own-title-hint = Instead of “{ $title }”, which stays written below.
own-folder = Folder
own-folder-hint = A name of your own: House, Car, Taxes… Leave it empty to file it nowhere.
own-note = Note
own-save = Save
own-cancel = Cancel
own-saved = Noted, for you alone.
own-theirs = The City’s title: { $title }

offer-title = Receive this kind of document without paper?
offer-text = “{ $type }” also comes to you by mail. Nothing changes unless you ask for it, and you can go back to paper whenever you like.
offer-look = See what it changes
offer-decline = No, thank you
offer-declined = Noted: we will not offer it again for this kind of document. The “Paper” page stays open.

calendar-pay = Due date: document from the City
calendar-reply = Reply expected: document from the City
calendar-text = The details are in your vault.
calendar-file = due-date

proof-checking = Checking the proof…
proof-authentic = Authentic:
proof-unwitnessed = Signed by the City and entered in the register. The independent witnesses have not confirmed it yet.
proof-waiting = Signed by the City. The public proof is on its way, usually in less than a minute.
proof-more = See the proof

viewer-label = Pages of “{ $title }”
viewer-region = Pages of the document
viewer-tools = Display
viewer-loading = Preparing the pages…
viewer-coming-title = Your document is here
viewer-coming = The viewer is on its way: { $percent }%
viewer-coming-own = You need not wait for it: save the document and open it with your device’s own reader.
viewer-coming-save = Save it now
viewer-ready = { $pages ->
    [one] Document shown, 1 page
   *[other] Document shown, { $pages } pages
}
viewer-pages = { $pages ->
    [one] 1 page
   *[other] { $pages } pages
}
viewer-cut = { $shown ->
    [one] Only the first page is shown here.
   *[other] Only the first { $shown } pages are shown here.
} Download the document to see the rest.
viewer-page = Page { $number } of { $pages }
viewer-at = Page { $number } of { $pages }
viewer-jump = Page
viewer-jump-of = of { $pages }
viewer-find = Search in the document
viewer-find-label = Word or phrase to search for in the document
viewer-find-next = Next result
viewer-find-previous = Previous result
viewer-find-none = No result
viewer-find-count = Result { $number } of { $count }
viewer-find-searching = Searching…
viewer-find-far = Searching: page { $number } of { $pages }
viewer-link-title = This document wants to open another site
viewer-link-host = Site
viewer-link-address = Full address
viewer-link-care = The City does not answer for that site. Never enter the code of a letter or the text of your kit there.
viewer-link-open = Open this site
viewer-link-stay = Stay here
viewer-larger = Larger
viewer-smaller = Smaller
viewer-fit = Fit to width
viewer-zoom = Shown at { $percent }%

## Evidence

evidence-tab = Proof
evidence-title = This document is authentic
evidence-unwitnessed-title = Signed by the City, not yet confirmed by the witnesses
evidence-back = Back to the document
evidence-waiting-title = The proof is on its way
evidence-waiting = The document is signed by the City; it is being entered in the public register, usually in less than a minute.
evidence-what = What
evidence-who = From
evidence-when = Delivered and registered on
evidence-checked = Can be checked by
    .text = Anybody, without an account and without us, with the document, its receipt and the verifier.
evidence-print = Print this page
evidence-not = What this proof does not say
evidence-not-true = That the content is right: only that this is what the City issued.
evidence-not-person = Who holds this document: a perfect copy is still authentic.
evidence-not-force = That it is still in force: the City may have replaced or cancelled it since.
evidence-law = In Québec, the integrity of a technology-based document is a matter of the Act to establish a legal framework for information technology (C-1.1). This page gives what is needed to check it; it is not legal advice.
evidence-keep = Keep the receipt with the document
    .text = With the document and its receipt, anyone can check all this years from now, without an account, without a connection and without us.
evidence-save = Download the receipt
evidence-verify = Open the verifier
evidence-command = On the command line:

## Automatic lock

idle-title = Your vault is about to lock
idle-said = One minute is left. Press any key to keep it open.
idle-left = { $seconds ->
    [one] 1 second is left. Touch the screen or press a key to keep it open.
   *[other] { $seconds } seconds are left. Touch the screen or press a key to keep it open.
}
idle-stay = Keep it open
lock-after-title = Automatic lock
lock-after-text = Your vault locks itself when nobody touches it. We tell you one minute before. This choice is for this browser.
lock-after-label = Lock after
lock-after-minutes = { $shared ->
    [yes] { $minutes ->
        [one] { $minutes } minute (shared device)
       *[other] { $minutes } minutes (shared device)
    }
   *[other] { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }
}

## Ways in

ways-title = Ways in
ways-loading = Reading the ways in…
ways-lead = Each of these opens your vault by itself.
ways-kind-passkey = Passkey
ways-kind-kit = Recovery kit
ways-since = since { $date }
ways-used-passkey = last tried or used on { $date }
ways-used-kit = last tried or used on { $date }
ways-unused-passkey = not tried yet, nor used to come back
ways-unused-kit = not tried or used yet
ways-added = The new passkey now opens your vault.
ways-busy-kit = Your kit is being made…
ways-busy-passkey = Confirm on your device…
ways-kit-title = Recovery kit
ways-kit-text = A sheet to print, or a file, that opens your vault if you lose your device. It is made in this page; we keep no copy.
ways-kit-button = Make a kit
ways-passkey-title = Another device or a card
ways-passkey-text = A second passkey: another phone, a computer, a security key or a chip card.
ways-passkey-button = Add a passkey
ways-archive-title = Leave with everything
ways-archive-text = Your documents, their receipts and your choices, in a single sealed file. Your recovery kit opens it, without an account and without us: make one before you leave.
ways-archive-button = Take my whole vault along
ways-settings = Settings
ways-try = Try it
    .label = Try it: { $way }
ways-remove = Remove
    .label = Remove: { $way }
ways-proven = { $way }: it worked. It does open your vault.
ways-removed = Done. That way in no longer opens your vault.
ways-remove-title = Remove this way in?
ways-remove-does = It will no longer open your vault, and documents to come will be sealed with new keys.
ways-remove-not = What has already been downloaded, printed or copied elsewhere stays there.
ways-remove-elsewhere = Your vault will close on your other devices; your other ways in open it again.
ways-remove-busy = Preparing new keys…
ways-remove-button = Remove
ways-drill-title = Try your kit
ways-drill-made = A kit that was never used is only half safe. Take the sheet or the file that you just kept: we open your vault with it, then forget it at once.
ways-drill-kept = Take the sheet or the file of your kit: we open your vault with it, then forget it at once. It does not leave this page.
ways-drill-button = Try the kit
ways-drill-later = Later
ways-drill-busy = Trying the kit…
ways-kit-made-title = Here is your recovery kit
ways-kit-made = It opens your vault from now on. Print it or save it: it will never be shown again.
ways-kit-done = Done

## Open elsewhere

elsewhere-title = Open elsewhere
elsewhere-loading = Looking for other devices…
elsewhere-count = { $count ->
    [0] Your vault is open on no other device.
    [one] Your vault is also open on one other device, or in another browser.
   *[other] Your vault is also open on { $count } other devices or browsers.
}
elsewhere-now = { $count ->
    [0] nowhere
    [one] on one other device
   *[other] on { $count } other devices
}
elsewhere-one = Opened on { $opened }, last used on { $seen }
elsewhere-button = Close everywhere else
elsewhere-closing = Closing on the other devices…
elsewhere-closed = Done: your vault is now open here only.

notices-title = Notices by email
notices-loading = Looking for your notices…
notices-text = An email tells you that a document came, and from which department. Nothing else: no title, no amount. A new way in or a blocked code is told at once, even at night.
notices-none = none
notices-state-unconfirmed = A code was sent to { $address }. Until it is entered here, nothing else is sent.
notices-state-confirmed = Notices go to { $address }.
notices-state-unreachable = { $address } refuses our emails: nothing is sent there any more. Your documents arrive all the same. Enter another address, or the same to try again.
notices-code = Code received by email
notices-confirm = Confirm the address
notices-anew = A new code is on its way.
    .act = Get a new code
notices-address = Your email address
notices-pace = When to write to you
notices-once = As soon as one comes
notices-daily = Once a day
notices-weekly = Once a week
notices-weekday = Which day
notices-day = { $day ->
    [0] Monday
    [1] Tuesday
    [2] Wednesday
    [3] Thursday
    [4] Friday
    [5] Saturday
   *[6] Sunday
}
notices-hour = At what time
notices-at = { $hour }:00
notices-quiet = No notices between 21:00 and 7:00
notices-start = Receive notices
notices-save = Save
notices-saving = Saving…
notices-saved = Saved.
notices-confirmed = Your address is confirmed.
notices-stopped = Done: no more notices will be sent to you.
notices-stop = Stop receiving notices

devices-title = Notices on this device
devices-loading = Looking for this device…
devices-text = This device shows, even when locked, that a document came and from which department. Nothing else: no title, no amount. A new way in or a blocked code is announced at once, even at night.
devices-maker = The notice goes through the maker of your browser (Google, Mozilla, Apple or Microsoft). It learns that the City told you something, and when; it cannot read the notice.
devices-on = This device shows your notices.
devices-now-on = on
devices-stopped = Notices no longer reach this device: its browser has a new address, or you stopped them elsewhere. Nothing is lost: your documents are here. If you want notices here, turn them on again.
devices-pace = When to tell you
devices-start = Turn notices on here
devices-stop = Turn notices off here
devices-saving = One moment…
devices-others = { $count ->
    [one] Another device shows your notices.
   *[other] { $count } other devices show your notices.
}
devices-stop-all = Turn notices off everywhere
devices-missing = This browser cannot receive notices. Choose notices by email, or another browser.
devices-home-screen = On iPhone and iPad, first add this page to the home screen: share button, “Add to Home Screen”. Then open it from there, and come back here.
devices-blocked = Your browser blocks the notices of this page. Allow notifications for this address in its settings, then come back here.
devices-shared = Others use this computer: notices are not offered on it.

kit-title = Recovery kit
kit-what = This sheet alone opens your Voûte vault. Keep it as you keep a passport.
kit-qr = QR code of the kit, the same text as beside it
kit-text = Text of the kit
kit-use-1 = Open the vault’s page and choose “Use my recovery kit”.
kit-use-2 = Scan the square with the camera, or copy the text.
kit-use-3 = Without this service: the free program age (version 1.3 or later) opens your files with this same key.
kit-care = Whoever holds this sheet can read your documents.
kit-print = Print
kit-save = Save the text
kit-file-name = voute-kit.txt
kit-kept = I have printed or saved my kit
kit-kept-missing = First print or save your kit, then tick this box.

not-found-title = This page does not exist
not-found-text = The address may be incomplete. If it comes from a letter, scan the square again or enter the code by hand.
not-found-home = Go to the first page

## Paper, or the vault only

paper-title = Paper, or vault only
paper-lead = The City writes to you by mail, and puts documents into this vault too. You can do without paper, one type of document at a time. Nothing is chosen beforehand.
paper-loading = Reading your choices…
paper-none = No department puts documents into this vault yet. Paper continues.
paper-on = By mail, and in the vault.
paper-off = In the vault only.
paper-since = Chosen on { $date }.
paper-again-since = Paper came back on { $date }.
paper-logged = In the public register since { $moment }
paper-logging = Your choice counts already. Its entry in the public register is on its way.
paper-ask = Do without paper
paper-sign = I choose the vault only
paper-cancel = Keep paper
paper-back = Go back to paper
paper-back-signs = “Go back to paper” will sign these words:
paper-busy = Signing your choice…
paper-proof = Keep the proof
paper-proof-file = Choice
paper-law-title = Your choice, by law
paper-law-free = The Act to establish a legal framework for information technology (C-1.1) leaves you free to choose paper or electronic documents, unless a law imposes one of them. If you ask for nothing, paper continues.
paper-law-apart = The Act respecting access to documents held by public bodies and the protection of personal information (A-2.1) wants your consent to be free, and asked for apart from everything else. That is why it has this page, and a signature for each type of document.
paper-safe = A choice counts for what is sent afterwards. In doubt the City prints: if your vault or your choice can’t be checked on the day of sending, paper goes out.

# These words are signed. They never change: new words get a new number (docs/spec/consent.md).
consent-paperless-1 = I ask to receive this type of document in my vault only, and not by mail. This choice is free, the law lets me keep paper. I can go back to paper at any time, with one tap and without giving a reason.
consent-paper-1 = I want to receive this type of document by mail again. It will also keep arriving in my vault.
