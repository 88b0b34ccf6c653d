### Privacy and terms: one page each.

privacy-title = Privacy
privacy-lead = Your documents are yours. This is who can see what.

privacy-cannot = What the City cannot see
privacy-cannot-text = Neither the content, nor the title, nor the amount of your documents. The department that writes to you seals them; only your device opens them.

privacy-can = What it sees
privacy-can-text = That a vault received a document, from which department, when, how large, and when it was first opened. No advertising, no trackers; nothing is sold.

privacy-long = For how long
privacy-long-text = For as long as you keep the document. Once deleted, its key is destroyed at once and nobody can read it; backups, which are encrypted, are erased after { $days } days. Your network address is kept for a few minutes only. The public register holds only fingerprints that say nothing about you.

privacy-rest = For how long, who else, which laws

privacy-others = Who else
privacy-others-text = The department that writes to you keeps its file, and the printer of its letters sees your address, as before. Your fingerprint or face never leaves the device. No profile is made of you.

privacy-rights = Your rights
privacy-rights-text = To read everything, take everything with you, have it corrected by the department that wrote it, delete, return to paper, leave. Free of charge and without giving a reason.

privacy-officer = Who answers
privacy-officer-named = For { $city }: { $officer }.
privacy-officer-contact = For { $city }: { $officer }, { $contact }.
privacy-officer-unnamed = Ask for the person in charge of the protection of personal information of { $city } at the help number below.
privacy-complaint = If the answer does not satisfy you: Commission d’accès à l’information du Québec, 1 888 528-7741.

legal-city = the City
    .first = The City

legal-law = Laws: Act respecting Access to documents held by public bodies and the Protection of personal information (A-2.1); Act to establish a legal framework for information technology (C-1.1).

conditions-title = Terms
conditions-lead = There is nothing to sign. This is what you can expect.

conditions-free = Free, and never required
conditions-free-text = { $city } puts your documents here; you read them, keep them, take them with you. Not opening a vault changes nothing about your services or your deadlines.

conditions-paper = Paper goes on
conditions-paper-text = Opening a vault takes no letter away. You choose later, one type of document at a time, and you return to paper in one tap.

conditions-keys = Your keys, in your keeping
conditions-keys-text = They are made on your device; we have no copy. Keep two ways in. If you lose them all, nobody reopens this vault: the City sends you a new code and puts its documents there again.

conditions-rest = Leaving, worth of documents, end of the service, laws

conditions-worth = What the documents are worth
conditions-worth-text = Each is the City’s original and has its proof. When it was delivered and when it was first read are entered in a register that nobody rewrites. A due date remains the one written on the document.

conditions-stop = If the service stops, or changes
conditions-stop-text = The City writes to you beforehand, on paper too. Your archive opens without this service.

conditions-leave = Leaving
conditions-leave-text = Whenever you like, with all your documents, in an open format. The mail resumes.
