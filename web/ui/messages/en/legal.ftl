### Privacy and terms: one phone screen each, the rest under a title that unfolds.

privacy-title = Privacy

privacy-cannot = What the City does not see
privacy-cannot-text = No content, no title, no amount: only your device opens them.

privacy-can = What it sees
privacy-can-text = The department that writes, the date, the size, the first opening.

privacy-long = For how long
privacy-long-text = For as long as you keep the document. Once deleted, its key is destroyed at once and nobody can read it; backups, which are encrypted, are erased after { $days ->
        [one] { $days } day
       *[other] { $days } days
    }. Your network address is kept for a few minutes only. The public register holds only fingerprints that say nothing about you.

privacy-rest = How long, who else, laws

privacy-others = Who else
privacy-others-text = The department that writes to you seals the document and keeps its file; the printer of its letters sees your address, as before. Your fingerprint or face never leaves the device. If you ask for notices on a device, the maker of its browser, outside Québec, learns that a notice went by, not what it says. One cookie only, that of your visit: it is erased when you leave. No advertising, no trackers, no profile of you; nothing is sold.

privacy-rights = Your rights
privacy-rights-text = Read, take away, delete, have corrected, return to paper, leave. Free of charge, no reason to give.

privacy-officer = Who answers
privacy-officer-named = { $officer }.
privacy-officer-contact = { $officer }, { $contact }.
privacy-officer-unnamed = The person in charge of personal information, at the help number.
privacy-complaint = Appeal: Commission d’accès à l’information, 1 888 528-7741.

legal-city = The City

legal-law = Laws: Act respecting Access to documents held by public bodies and the Protection of personal information (A-2.1); Act to establish a legal framework for information technology (C-1.1).

conditions-title = Terms
conditions-lead = There is nothing to sign.

conditions-free = Free, and never required
conditions-free-text = { $city } puts your documents here. Without a vault, your services and deadlines do not change.

conditions-paper = Paper goes on
conditions-paper-text = Opening a vault takes no letter away. You choose later, type by type; one tap brings paper back.

conditions-keys = Your keys, in your keeping
conditions-keys-text = We have no copy of them. Keep two ways in: without them, nobody reopens this vault.

conditions-rest = Losses, leaving, proof, laws

conditions-lost = If you lose all your ways in
conditions-lost-text = Your keys are made on your device and nowhere else. The City sends you a new code and puts its documents there again.

conditions-worth = What the documents are worth
conditions-worth-text = Each is the City’s original and has its proof. When it was delivered and when it was first read are entered in a register that nobody rewrites. A due date remains the one written on the document.

conditions-stop = If the service stops, or changes
conditions-stop-text = The City writes to you beforehand, on paper too. Your archive opens without this service.

conditions-leave = Leaving
conditions-leave-text = Whenever you like, with all your documents, in an open format. The mail resumes.
