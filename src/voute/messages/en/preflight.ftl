# Checks of a list before sending. Each message says what is wrong; .fix says what to do.
preflight-table-too-large = The list is larger than { $limit ->
        [one] { $limit } byte
       *[other] { $limit } bytes
    }.
    .fix = Split it into several lists.
preflight-table-not-text = This file is not a text list.
    .fix = In the spreadsheet, save the sheet as CSV (UTF-8).
preflight-table-empty = The list has no row.
    .fix = Check that it is the right file and that the sheet was saved.
preflight-column-unknown = The column “{ $column }” is not known.
    .fix = Rename it as in the list of columns, or remove it.
preflight-column-twice = The column “{ $column }” is there twice.
    .fix = Keep only one.
preflight-column-missing = The column “{ $column }” is missing.
    .fix = Add it, with a value in each row.
preflight-row-too-long = The row has { $cells ->
        [one] { $cells } cell
       *[other] { $cells } cells
    } for { $columns ->
        [one] { $columns } column
       *[other] { $columns } columns
    }.
    .fix = A cell probably holds the separator: put it in quotation marks.
preflight-row-broken-quotes = A quotation mark is not closed; the rest of the list could not be read.
    .fix = Mend the quotation mark of this row.
preflight-cell-too-long = A cell is longer than { $limit ->
        [one] { $limit } character
       *[other] { $limit } characters
    }.
    .fix = A quotation mark is probably missing in this row.
preflight-cell-missing = The cell “{ $column }” is empty.
    .fix = Fill it in.
preflight-text-malformed = The cell “{ $column }” holds a forbidden character, or too much text: “{ $cell }”.
    .fix = Type it again without invisible characters.
preflight-date-malformed = “{ $cell }” is not a date (column { $column }).
    .fix = Write year-month-day, for example 2026-03-03.
preflight-amount-malformed = “{ $cell }” is not an amount, or can be read in two ways (column { $column }).
    .fix = Write 1234.56 or 1 234,56.
preflight-instalments-malformed = “{ $cell }” is not a list of instalments (column { $column }).
    .fix = Write date: amount, with | between, for example 2026-03-03: 812.50 | 2026-06-02: 812.50.
preflight-language-unknown = The language “{ $cell }” is not known (column { $column }).
    .fix = Write fr or en.
preflight-slot-malformed = “{ $cell }” is not a co-owner's rank (column { $column }).
    .fix = Write 0, 1, 2…
preflight-type-unknown = The type “{ $type }” is not one of this department's. Known types: { $known }.
    .fix = Mend the cell, or have the type added to the trust root.
preflight-file-outside = The file “{ $file }” is outside the folder of PDFs.
    .fix = Copy it into the folder and write its bare name.
preflight-file-missing = The file “{ $file }” can't be found.
    .fix = Check the name, or give the folder with --pdf-dir.
preflight-file-empty = The file “{ $file }” is empty.
    .fix = Produce it again.
preflight-file-unreadable = The file “{ $file }” can't be read or is damaged.
    .fix = Open it; if it doesn't open, produce it again.
preflight-file-not-pdf = The file “{ $file }” is not a PDF.
    .fix = Export the document as PDF.
preflight-file-encrypted = The file “{ $file }” is protected by a password.
    .fix = Save it without a password: Voûte seals it.
preflight-file-too-large = The file “{ $file }” is larger than 50 MB.
    .fix = Lower the quality of its images, or split it.
preflight-party-changed = The party has changed for reference { $reference }: the vault that is bound belongs to the former one.
    .fix = If this is indeed a new taxpayer, run again with --new-party: a new code will be made.
preflight-document-twice = Same party and same document key as in line { $first }.
    .fix = Remove one of the two rows, or give them different keys.
preflight-document-differs = A document of the same key was sent with other content (delivery { $delivery }, run “{ $run }”).
    .fix = Give the corrected document a new key.
preflight-code-revoked = The code of reference { $reference } has been revoked.
    .fix = Run again with --new-party to make a new code.
preflight-key-not-proven = The key of the vault of reference { $reference } could not be proven ({ $check }). Nothing was sealed for that vault.
    .fix = { $check ->
        [no-quorum] The log's witnesses have not seen it yet. Run the list again in a few minutes; if it lasts, tell the IT team.
       *[other] Do not insist: tell the IT team, with this message.
    }
preflight-vault-closed = The vault of reference { $reference } is closed.
    .fix = Send this document on paper.
preflight-code-unknown = No code was made for reference { $reference } and this party.
    .fix = Deliver this list first (voute deliver); letters come after.
preflight-address-too-long = Name and address of reference { $reference } do not fit the envelope's window.
    .fix = Shorten the name or the address; five lines at most, with "|" between.
preflight-file-unprintable = The pages of "{ $file }" can't be read for printing.
    .fix = Make this PDF again.
preflight-letter-too-long = The letter of reference { $reference } does not fit its sheet.
    .fix = Shorten the name, the address or the title of this row.
preflight-letter-not-set = The letter of reference { $reference } could not be set: { $why }
    .fix = Correct the name, the address or the title of this row.
